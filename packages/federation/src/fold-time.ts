import type { FederationConfig } from './config.js';
import { toTimeMs } from './decay.js';

/** The time that decay and freshness go by, and what the clock last said. Unix ms, 0 at first. */
export interface FoldTime {
  /** The latest time that the fold has trusted; never goes back. */
  readonly latestMs: number;
  /** The clock's reading that `latestMs` has followed to. */
  readonly clockMs: number;
}

/** While it lies behind the clock, fold time runs at most this many times as fast. */
const CATCH_UP_RATE = 4;

/**
 * Fold time at the clock's next reading. The first one is trusted. Then fold time advances by what
 * passed on the clock, and by at most `maxClockStepMs` at once: a clock that jumps ahead ages what
 * was learned by one such step, however many readings follow. After a true pause fold time catches
 * up at CATCH_UP_RATE: bounded by the clock, not by the number of readings.
 *
 * It never goes back. A clock that went back by `maxClockStepMs` or less is waited for; one that
 * went back further was wrong before, and is followed from where it now stands.
 */
export function advanceTime(
  { latestMs, clockMs }: FoldTime,
  nowMs: number,
  { maxClockStepMs }: Pick<FederationConfig, 'maxClockStepMs'>,
): FoldTime {
  const timeMs = toTimeMs(nowMs);
  if (!(latestMs > 0)) return { latestMs: timeMs, clockMs: timeMs };
  const passedMs = Math.min(timeMs - clockMs, maxClockStepMs);
  if (passedMs < 0) {
    return { latestMs, clockMs: clockMs - timeMs > maxClockStepMs ? timeMs : clockMs };
  }
  const fastestMs = Math.min(passedMs * CATCH_UP_RATE, maxClockStepMs);
  const stepMs = Math.max(passedMs, Math.min(timeMs - latestMs, fastestMs));
  return { latestMs: toTimeMs(latestMs + stepMs), clockMs: timeMs };
}
