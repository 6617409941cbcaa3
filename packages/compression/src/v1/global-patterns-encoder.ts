import { validateGlobalPatterns, type GlobalPatterns } from '@omega-tv/types';
import type { BodyWriter, FittedBody, JsonOfPatterns } from './body-writer.js';
import { largestFitting } from '../largest-fitting.js';
import { globalPatternsToJson } from './v1-json.js';

/** Global patterns as sent, and how much of them. */
export interface EncodedGlobalPatterns extends FittedBody {
  /** Patterns at the end of the list for which no room was left. */
  readonly patternsLeftOut: number;
  /** Trends at the end of the list for which no room was left. */
  readonly trendsLeftOut: number;
}

/**
 * Writes as much as fits: trends first, then as many patterns as fit at the fidelity floor, then
 * these with the finest embeddings under which they fit. Both lists keep their order and lose
 * their end.
 */
export async function encodeGlobalPatterns(
  globals: GlobalPatterns,
  writer: BodyWriter,
): Promise<EncodedGlobalPatterns> {
  validateGlobalPatterns(globals);
  const fits = (trendCount: number, patternCount: number): Promise<boolean> =>
    writer.fitsAtFloor(globals.patterns.slice(0, patternCount), jsonOf(globals, trendCount));
  const trendCount = await largestFitting(globals.trends.length, (count) => fits(count, 0));
  const patternCount = await largestFitting(globals.patterns.length, (count) =>
    fits(trendCount, count),
  );
  const body = await writer.write(
    globals.patterns.slice(0, patternCount),
    jsonOf(globals, trendCount),
  );
  return {
    ...body,
    patternsLeftOut: globals.patterns.length - patternCount,
    trendsLeftOut: globals.trends.length - trendCount,
  };
}

function jsonOf(globals: GlobalPatterns, trendCount: number): JsonOfPatterns {
  const trends = globals.trends.slice(0, trendCount);
  return (patterns) => globalPatternsToJson({ ...globals, patterns, trends });
}
