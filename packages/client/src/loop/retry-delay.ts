import type { RandomSource } from '@omega-tv/types';

/** Whatever a server asks for, a TV comes back within a day. */
export const MAX_FLOOR_MS = 24 * 60 * 60 * 1000;

export interface RetryDelayOptions {
  /** The longest wait after the first failure; it doubles with each further one. */
  readonly baseMs: number;
  /** No wait is longer, but for the server's. */
  readonly maxMs: number;
}

/**
 * Exponential backoff with full jitter: uniform in [0, min(max, base x 2^(failures-1))), so that
 * TVs that failed together do not return together (Brooker, "Exponential Backoff And Jitter", 2015).
 * @param failures consecutive ones, at least 1.
 * @param floorMs the least wait that the server asked for.
 */
export function retryDelayMs(
  failures: number,
  floorMs: number,
  { baseMs, maxMs }: RetryDelayOptions,
  random: RandomSource,
): number {
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** (failures - 1));
  return Math.min(MAX_FLOOR_MS, Math.max(floorMs, random.next() * ceilingMs));
}
