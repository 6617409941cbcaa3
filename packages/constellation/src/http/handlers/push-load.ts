import { SyncError, type SyncWindow } from '@omega-tv/types';

/** When a TV that was sent away may come back, at the earliest. */
export const SHED_RETRY_MS = 30_000;
/** A full server stretches its window so many times over. */
const LONGEST_STRETCH = 4;
/** Below this share of its limit a server counts as idle. */
const IDLE_SHARE = 0.25;

/** How many pushes wait for their turn and for the disk, and what follows from it. */
export class PushLoad {
  readonly #maxPending: number;
  #pending = 0;
  #shed = 0;

  /** @throws SyncError `invalid-config` for a limit below 1. */
  constructor(maxPending: number) {
    if (!(maxPending >= 1)) {
      const message = `pendingPushes is ${maxPending}; expected at least 1`;
      throw new SyncError('invalid-config', message, { field: 'limits' });
    }
    this.#maxPending = maxPending;
  }

  get pending(): number {
    return this.#pending;
  }

  /** Pushes that were sent away. */
  get shed(): number {
    return this.#shed;
  }

  /**
   * Does the work of a push where there is room for it.
   * @throws SyncError `http` with status 503 where there is none: nothing was read, and nothing done.
   */
  async admit<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#pending >= this.#maxPending) {
      this.#shed += 1;
      throw new SyncError(
        'http',
        'More TVs push than the server can answer now; nothing was applied, send it again later',
        { reason: 'server-error', status: 503 },
        { retryable: true, retryAfterMs: SHED_RETRY_MS },
      );
    }
    this.#pending += 1;
    try {
      return await work();
    } finally {
      this.#pending -= 1;
    }
  }

  /** The window for the next sync, as it is told now. */
  stretch(window: SyncWindow): SyncWindow {
    return stretchWindow(window, this.#pending / this.#maxPending);
  }
}

/**
 * The window for the next sync under load: the more wait, the later and the wider.
 * @param share of its room for pushes that a server has filled, 0 to 1.
 */
export function stretchWindow({ minMs, maxMs }: SyncWindow, share: number): SyncWindow {
  if (share < IDLE_SHARE) return { minMs, maxMs };
  return {
    minMs: Math.round(Math.max(minMs, share * maxMs)),
    maxMs: Math.round(maxMs * (1 + (LONGEST_STRETCH - 1) * share)),
  };
}
