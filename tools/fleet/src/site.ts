import {
  DEFAULT_PENDING_PUSHES,
  DEFAULT_SYNC_WINDOW,
  SHED_RETRY_MS,
  stretchWindow,
} from '@omega-tv/constellation';
import { SyncError, type SyncWindow } from '@omega-tv/types';

export interface SiteOptions {
  /** Processor time that its servers have in a second, all together. Milliseconds. */
  readonly capacityMs: number;
  readonly servers: number;
  /** Whether its answers and problems name windows, and shed pushes a time. */
  readonly hasWindows: boolean;
  readonly requestTimeoutS: number;
}

/** What is wrong with it. `down`: nothing answers. `broken`: all is answered as a failure. */
export type SiteTrouble = 'none' | 'down' | 'broken';

/** How many steps a window's stretch is told in: errors are made once for each. */
const STEPS = 64;

/** The servers of a region: one queue for processor time, and room for so many pushes that wait. */
export class Site {
  trouble: SiteTrouble = 'none';
  readonly #options: SiteOptions;
  /** Work that waits, in ms of processor time. */
  #backlogMs = 0;
  /** Of which pushes are, and how many. */
  #pushes = 0;
  #arrivedMs = 0;
  readonly #problems = new Map<string, SyncError>();

  constructor(options: SiteOptions) {
    this.#options = options;
  }

  /** Of its room for pushes that is filled, 0 to 1. */
  get filled(): number {
    const waitingMs = Math.max(0, this.#backlogMs - this.#options.capacityMs);
    if (waitingMs === 0) return 0;
    const waiting = this.#pushes * (waitingMs / this.#backlogMs);
    return Math.min(1, waiting / (DEFAULT_PENDING_PUSHES * this.#options.servers));
  }

  /** The window of its answers now; undefined where it names none. */
  get window(): SyncWindow | undefined {
    if (!this.#options.hasWindows) return undefined;
    return stretchWindow(DEFAULT_SYNC_WINDOW, Math.round(this.filled * STEPS) / STEPS);
  }

  /**
   * Takes `count` requests that cost so much processor time each, or says why none is answered.
   * @param isPush pushes are sent away where there is no room for them.
   */
  ask(count: number, costMs: number, isPush: boolean): SyncError | undefined {
    if (this.trouble === 'down') return DOWN;
    if (this.trouble === 'broken') return this.#problem('broken');
    if (isPush && this.filled >= 1) return this.#problem('shed');
    const { capacityMs, requestTimeoutS } = this.#options;
    if (this.#backlogMs > capacityMs * requestTimeoutS) return TIMED_OUT;
    this.#backlogMs += count * costMs;
    this.#arrivedMs += count * costMs;
    if (isPush) this.#pushes += count;
    return undefined;
  }

  /** A second is over. @returns the processor time that was asked for in it, in ms. */
  tick(): number {
    const left = Math.max(0, this.#backlogMs - this.#options.capacityMs);
    this.#pushes = left === 0 ? 0 : this.#pushes * (left / this.#backlogMs);
    this.#backlogMs = left;
    const arrived = this.#arrivedMs;
    this.#arrivedMs = 0;
    return arrived;
  }

  #problem(kind: 'shed' | 'broken'): SyncError {
    const { window } = this;
    const key = `${kind} ${window?.maxMs ?? 0}`;
    const made = this.#problems.get(key) ?? problemOf(kind, window);
    this.#problems.set(key, made);
    return made;
  }
}

/** As a client reads what the server answers. */
function problemOf(kind: 'shed' | 'broken', window: SyncWindow | undefined): SyncError {
  const details = { reason: 'server-error', status: kind === 'shed' ? 503 : 500 } as const;
  if (window === undefined) return new SyncError('http', kind, details, { retryable: true });
  const minMs = Math.max(window.minMs, kind === 'shed' ? SHED_RETRY_MS : 0);
  const told = { minMs, maxMs: Math.max(minMs, window.maxMs) };
  return new SyncError('http', kind, details, {
    ...{ retryable: true, retryAfterMs: minMs, window: told },
  });
}

const DOWN = new SyncError('http', 'down', { reason: 'refused' }, { retryable: true });
const TIMED_OUT = new SyncError('http', 'late', { reason: 'timeout' }, { retryable: true });
