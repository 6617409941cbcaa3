import { Type, type Static } from 'typebox';
import { MAX_INTEGER } from './limits.js';
import {
  PatternDataSchema,
  patternDataFromWire,
  patternDataToWire,
  type PatternData,
} from './pattern-data.js';
import {
  TrendSignalSchema,
  trendSignalFromWire,
  trendSignalToWire,
  type TrendSignal,
} from './trend-signal.js';
import { check, checkBuilt } from './validation.js';

/** What a Constellation answers, on the v1 wire. */
export const GlobalPatternsSchema = Type.Object({
  patterns: Type.Array(PatternDataSchema),
  trends: Type.Array(TrendSignalSchema),
  version: Type.Integer({ minimum: 0 }),
  timestamp: Type.String({ format: 'date-time' }),
});

export type GlobalPatternsWire = Static<typeof GlobalPatternsSchema>;

/** What many TVs learned together. */
export interface GlobalPatterns {
  readonly patterns: readonly PatternData[];
  readonly trends: readonly TrendSignal[];
  readonly version: number;
  /** When this version was published, RFC 3339. */
  readonly timestamp: string;
}

/**
 * Reads global patterns from parsed JSON.
 * @throws SyncError `invalid-pattern` for a bad pattern, `serialization` for anything else.
 */
export function globalPatternsFromWire(json: unknown): GlobalPatterns {
  const wire = check(GlobalPatternsSchema, json, 'global patterns');
  return {
    patterns: wire.patterns.map(patternDataFromWire),
    trends: wire.trends.map(trendSignalFromWire),
    version: Math.min(wire.version, MAX_INTEGER),
    timestamp: wire.timestamp,
  };
}

export function globalPatternsToWire(globals: GlobalPatterns): GlobalPatternsWire {
  return {
    patterns: globals.patterns.map(patternDataToWire),
    trends: globals.trends.map(trendSignalToWire),
    version: globals.version,
    timestamp: globals.timestamp,
  };
}

/**
 * Checks global patterns before they are published.
 * @throws SyncError `invalid-pattern` for a bad pattern, `serialization` for anything else.
 * @example
 * ```ts
 * import { isSyncError, validateGlobalPatterns } from '@omega-tv/types';
 *
 * try {
 *   const timestamp = '2026-11-22T10:00:00Z';
 *   validateGlobalPatterns({ patterns: [], trends: [], version: -1, timestamp });
 * } catch (error) {
 *   if (!isSyncError(error, 'serialization')) throw error;
 *   console.log(error.message); // => global patterns: version must be >= 0, but is -1
 * }
 * ```
 */
export function validateGlobalPatterns(globals: GlobalPatterns): void {
  checkBuilt(GlobalPatternsSchema, globals, 'global patterns');
}
