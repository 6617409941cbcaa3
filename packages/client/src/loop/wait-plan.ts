import { isSyncError, type RandomSource, type SyncWindow } from '@omega-tv/types';
import type { RetryBudget } from './retry-budget.js';
import { backoffRange, rangeAbove, type Asked, type WaitRange } from './wait-range.js';

export interface WaitSettings {
  readonly intervalMs: WaitRange;
  readonly startWithinMs: number;
  readonly retryBaseMs: number;
}

export interface Wait {
  readonly delayMs: number;
  /** What of it a server asked for: nothing but the host ends it sooner. */
  readonly floorMs: number;
}

const NOTHING_ASKED: Asked = { floorMs: 0 };

/** Says how long a loop waits after what happened. */
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
    const { startWithinMs } = this.settings;
    const asked = { floorMs: keptMs };
    return this.#draw({ min: keptMs, max: keptMs + startWithinMs }, asked);
  }

  afterSuccess(window: SyncWindow | undefined): Wait {
    this.#failures = 0;
    // A window that begins at once asks for nothing: the interval is this TV's own.
    const asked =
      window === undefined || window.minMs === 0
        ? NOTHING_ASKED
        : { floorMs: window.minMs, window };
    return this.#drawAbove(this.settings.intervalMs, asked);
  }

  afterFailure(error: unknown): Wait {
    this.#failures += 1;
    const { intervalMs, retryBaseMs } = this.settings;
    const isHopeless = isSyncError(error) && !error.retryable;
    const range =
      isHopeless || !this.budget.take()
        ? intervalMs
        : backoffRange(this.#failures, retryBaseMs, intervalMs.max);
    return this.#drawAbove(range, askedBy(error));
  }

  /**
   * When the network came up amid a wait that follows a failure: a sooner end of it, or undefined
   * where it stays as it is.
   */
  afterNetworkUp(current: Wait, elapsedMs: number): Wait | undefined {
    if (this.#failures === 0) return undefined;
    const floorMs = Math.max(0, current.floorMs - elapsedMs);
    const sooner = this.toStart(floorMs);
    const isSooner = sooner.delayMs < current.delayMs - elapsedMs;
    return isSooner && this.budget.take() ? sooner : undefined;
  }

  #drawAbove(range: WaitRange, asked: Asked): Wait {
    return this.#draw(rangeAbove(range, asked, this.settings.intervalMs.max), asked);
  }

  #draw({ min, max }: WaitRange, { floorMs }: Asked): Wait {
    const delayMs = min + this.random.next() * (max - min);
    return { delayMs, floorMs: Math.min(floorMs, delayMs) };
  }
}

function askedBy(error: unknown): Asked {
  if (!isSyncError(error)) return NOTHING_ASKED;
  const { retryAfterMs = 0, window } = error;
  return { floorMs: Number.isFinite(retryAfterMs) ? retryAfterMs : 0, window };
}
