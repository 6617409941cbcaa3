import { Type, type Static } from 'typebox';
import { TREND_FRESHNESS_MS } from './limits.js';
import { NameSchema } from './name.js';

/** One trend on the v1 wire. */
export const TrendSignalSchema = Type.Object({
  content_id: NameSchema,
  score: Type.Number(),
  region: Type.String({ pattern: '^[A-Z]{2}$' }),
  genre: NameSchema,
  calculated_at: Type.String({ format: 'date-time' }),
});

export type TrendSignalWire = Static<typeof TrendSignalSchema>;

/** What rises among many TVs. */
export interface TrendSignal {
  /** The content or published pattern that rises. */
  readonly contentId: string;
  /** Higher is stronger; comparable within one answer only. */
  readonly score: number;
  /** ISO 3166-1 alpha-2; `ZZ` where no region is known. */
  readonly region: string;
  readonly genre: string;
  /** RFC 3339. */
  readonly calculatedAt: string;
}

export function trendSignalFromWire(wire: TrendSignalWire): TrendSignal {
  return {
    contentId: wire.content_id,
    score: wire.score,
    region: wire.region,
    genre: wire.genre,
    calculatedAt: wire.calculated_at,
  };
}

export function trendSignalToWire(trend: TrendSignal): TrendSignalWire {
  return {
    content_id: trend.contentId,
    score: trend.score,
    region: trend.region,
    genre: trend.genre,
    calculated_at: trend.calculatedAt,
  };
}

/**
 * True while the trend is less than 24 hours old at `nowMs` (Unix ms).
 * A trend from the future (a clock that jumped) is fresh.
 * @example
 * ```ts
 * import { isFresh } from '@omega-tv/types';
 *
 * const trend = { calculatedAt: '2026-11-22T10:00:00Z' };
 * console.log(isFresh(trend, Date.parse('2026-11-23T09:59:59Z'))); // => true
 * console.log(isFresh(trend, Date.parse('2026-11-23T10:00:00Z'))); // => false
 * ```
 */
export function isFresh(trend: Pick<TrendSignal, 'calculatedAt'>, nowMs: number): boolean {
  return nowMs - Date.parse(trend.calculatedAt) < TREND_FRESHNESS_MS;
}
