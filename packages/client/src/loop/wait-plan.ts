import { isSyncError, type RandomSource, type SyncWindow } from '@omega-tv/types';
import type { RetryBudget } from './retry-budget.js';
import { backoffRange, rangeAbove, type Asked, type WaitRange } from './wait-range.js';

export interface WaitSettings {
  readonly intervalMs: WaitRange;
  readonly startWithinMs: number;
  readonly retryBaseMs: number;
}

/**
 * `start`: the first exchange. `interval`: the next one. `server`: it asked for this wait. `backoff`: to
 * try again. `budget`: the retries are used up. `network-up`: to try again soon, since it came up.
 */
export type WaitReason = 'start' | 'interval' | 'server' | 'backoff' | 'budget' | 'network-up';

export interface Wait {
  readonly delayMs: number;
  readonly reason: WaitReason;
  /** What of it a server asked for: nothing but the host ends it sooner. */
  readonly floorMs: number;
}

const NOTHING_ASKED: Asked = { floorMs: 0 };

/**
 * Says how long a loop waits after what happened.
 * @example
 * ```ts
 * import { RetryBudget, SYNC_LOOP_DEFAULTS, WaitPlan } from '@omega-tv/client';
 *
 * const budget = new RetryBudget(SYNC_LOOP_DEFAULTS.retryBudget);
 * const plan = new WaitPlan(SYNC_LOOP_DEFAULTS, budget, { next: () => 0.5 });
 * console.log(plan.toStart(0).delayMs, plan.afterSuccess(undefined).delayMs); // => 30000 600000
 * ```
 */
export class WaitPlan {
  #failures = 0;

  constructor(
    private readonly settings: WaitSettings,
    private readonly budget: RetryBudget,
    private readonly random: RandomSource,
  ) {}

  /** Consecutive ones, since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Before the first exchange, and after a pause. */
  toStart(keptMs: number): Wait {
    return this.#drawSoon(keptMs, 'start');
  }

  afterSuccess(window: SyncWindow | undefined): Wait {
    this.#failures = 0;
    // A window that begins at once asks for nothing: the interval is this TV's own.
    const asked =
      window === undefined || window.minMs === 0
        ? NOTHING_ASKED
        : { floorMs: window.minMs, window };
    return this.#drawAbove(this.settings.intervalMs, asked, 'interval');
  }

  afterFailure(error: unknown): Wait {
    this.#failures += 1;
    const { intervalMs, retryBaseMs } = this.settings;
    const isHopeless = isSyncError(error) && !error.retryable;
    if (isHopeless) return this.#drawAbove(intervalMs, askedBy(error), 'interval');
    if (!this.budget.take()) return this.#drawAbove(intervalMs, askedBy(error), 'budget');
    const range = backoffRange(this.#failures, retryBaseMs, intervalMs.max);
    return this.#drawAbove(range, askedBy(error), 'backoff');
  }

  /**
   * When the network came up amid a wait that follows a failure: a sooner end of it, or undefined
   * where it stays as it is.
   */
  afterNetworkUp(current: Wait, elapsedMs: number): Wait | undefined {
    if (this.#failures === 0) return undefined;
    const floorMs = Math.max(0, current.floorMs - elapsedMs);
    const sooner = this.#drawSoon(floorMs, 'network-up');
    const isSooner = sooner.delayMs < current.delayMs - elapsedMs;
    return isSooner && this.budget.take() ? sooner : undefined;
  }

  #drawSoon(floorMs: number, reason: WaitReason): Wait {
    const max = floorMs + this.settings.startWithinMs;
    return this.#draw({ min: floorMs, max }, { floorMs }, reason);
  }

  #drawAbove(range: WaitRange, asked: Asked, reason: WaitReason): Wait {
    return this.#draw(rangeAbove(range, asked, this.settings.intervalMs.max), asked, reason);
  }

  #draw({ min, max }: WaitRange, { floorMs }: Asked, reason: WaitReason): Wait {
    const delayMs = min + this.random.next() * (max - min);
    return {
      delayMs,
      floorMs: Math.min(floorMs, delayMs),
      reason: floorMs > 0 ? 'server' : reason,
    };
  }
}

function askedBy(error: unknown): Asked {
  if (!isSyncError(error)) return NOTHING_ASKED;
  const { retryAfterMs = 0, window } = error;
  return { floorMs: Number.isFinite(retryAfterMs) ? retryAfterMs : 0, window };
}
