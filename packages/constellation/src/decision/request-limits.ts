import { SyncError } from '@omega-tv/types';
import type { DeltaOutline } from '@omega-tv/compression';

/** What a server takes in. All are inclusive. */
export const REQUEST_LIMITS = {
  /** Of all deltas of a body. */
  maxPatterns: 64,
  /** UTF-8. */
  maxGenreBytes: 64,
  /** UTF-8. */
  maxContentIdBytes: 128,
} as const;

/**
 * Refuses what would take more room or time than a delta is worth, before its embeddings are read.
 * @throws SyncError `invalid-pattern` with the field and its limit.
 */
export function checkOutline({ patterns, engagements = [] }: DeltaOutline): void {
  const { maxPatterns, maxGenreBytes, maxContentIdBytes } = REQUEST_LIMITS;
  if (patterns.length > maxPatterns) {
    const path = `patterns[${maxPatterns}]`;
    const message = `delta: has ${patterns.length} patterns, but ${maxPatterns} are allowed; send fewer`;
    const details = { path, value: patterns.length, limit: String(maxPatterns) };
    throw new SyncError('invalid-pattern', message, details);
  }
  patterns.forEach(({ genre }, i) => {
    checkName(`patterns[${i}].genre`, genre, maxGenreBytes);
  });
  engagements.forEach(({ contentId }, i) => {
    checkName(`engagements[${i}].contentId`, contentId, maxContentIdBytes);
  });
}

/** False for what `checkOutline` refuses. */
export function isWithinLimits(outline: DeltaOutline): boolean {
  try {
    checkOutline(outline);
    return true;
  } catch {
    return false;
  }
}

function checkName(path: string, value: string, maxBytes: number): void {
  const size = Buffer.byteLength(value);
  if (size <= maxBytes) return;
  const limit = `at most ${maxBytes} bytes of UTF-8`;
  const message = `delta: ${path} has ${size} bytes; ${limit} are allowed`;
  throw new SyncError('invalid-pattern', message, { path, value, limit });
}
