import type { SyncWindow } from '@omega-tv/types';

/** Whatever a server asks for, a TV comes back within a day. */
export const MAX_WAIT_MS = 24 * 60 * 60 * 1000;

/** A wait is drawn uniformly from this range. Milliseconds. */
export interface WaitRange {
  readonly min: number;
  readonly max: number;
}

/** What a server asked for: the least wait, and the window that it wants TVs back in. */
export interface Asked {
  readonly floorMs: number;
  readonly window?: SyncWindow | undefined;
}

/**
 * Exponential backoff with full jitter: uniform in [0, min(most, base x 2^(failures-1))), so that
 * TVs that failed together do not return together (Brooker, "Exponential Backoff And Jitter", 2015).
 * @param failures consecutive ones, at least 1.
 */
export function backoffRange(failures: number, baseMs: number, mostMs: number): WaitRange {
  return { min: 0, max: Math.min(mostMs, baseMs * 2 ** (failures - 1)) };
}

/**
 * A range that begins no sooner than the server asked, and is as wide above that as it was, or as
 * the wait asked for (at most `widestMs`), or as the window: those who were told the same do not
 * return together.
 */
export function rangeAbove(
  range: WaitRange,
  { floorMs, window }: Asked,
  widestMs: number,
): WaitRange {
  const min = Math.max(range.min, floorMs, window?.minMs ?? 0);
  const isLengthened = min > range.min;
  const width = Math.max(range.max - range.min, isLengthened ? Math.min(min, widestMs) : 0);
  return withinADay({ min, max: Math.max(min + width, window?.maxMs ?? 0) }, width);
}

/** Ends within a day, and is then still this wide. */
function withinADay({ min, max }: WaitRange, width: number): WaitRange {
  const last = Math.min(max, MAX_WAIT_MS);
  return { min: Math.min(min, Math.max(0, last - width)), max: last };
}
