import type { GlobalPatterns } from './global-patterns.js';
import type { PatternData } from './pattern-data.js';
import type { SyncDelta } from './sync-delta.js';

/** Mean JSON bytes of one coordinate of a unit MiniLM vector: sign, "0.0", digits, comma. */
const BYTES_PER_COORDINATE = 12;
const BYTES_PER_PATTERN = 70;
const BYTES_PER_TREND = 110;
const BYTES_PER_ENVELOPE = 80;

/**
 * Estimates the JSON size of a delta before compression. Bytes.
 * @example
 * ```ts
 * import { estimateDeltaSize } from '@omega-tv/types';
 *
 * const embedding = new Float32Array(384).fill(0.05); // yours: MiniLM
 * const pattern = { id: 'evening', embedding, successRate: 0.9, sampleCount: 12, genre: 'drama' };
 * const timestamp = '2026-11-22T10:00:00Z';
 * const delta = { deviceId: 'kitchen', patterns: [pattern], version: 1, timestamp };
 * console.log(estimateDeltaSize(delta)); // => 4777
 * ```
 */
export function estimateDeltaSize(delta: SyncDelta): number {
  return BYTES_PER_ENVELOPE + delta.deviceId.length + estimatePatternsSize(delta.patterns);
}

/**
 * Estimates the JSON size of global patterns before compression. Bytes.
 * @example
 * ```ts
 * import { estimateGlobalPatternsSize } from '@omega-tv/types';
 *
 * const timestamp = '2026-11-22T10:00:00Z';
 * const globals = { patterns: [], trends: [], version: 1, timestamp };
 * console.log(estimateGlobalPatternsSize(globals)); // => 80
 * ```
 */
export function estimateGlobalPatternsSize(globals: GlobalPatterns): number {
  const trends = globals.trends.reduce(
    (sum, trend) => sum + BYTES_PER_TREND + trend.contentId.length + trend.genre.length,
    0,
  );
  return BYTES_PER_ENVELOPE + estimatePatternsSize(globals.patterns) + trends;
}

function estimatePatternsSize(patterns: readonly PatternData[]): number {
  return patterns.reduce(
    (sum, { id, genre, embedding }) =>
      sum + BYTES_PER_PATTERN + id.length + genre.length + embedding.length * BYTES_PER_COORDINATE,
    0,
  );
}
