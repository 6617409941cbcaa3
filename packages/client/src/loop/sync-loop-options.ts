import {
  asyncScheduler,
  NEVER,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import {
  checkMethods,
  checkPorts,
  SyncError,
  systemClock,
  systemRandom,
  type Clock,
  type RandomSource,
} from '@omega-tv/types';
import type { SyncResult } from '@omega-tv/protocol';
import type { SyncStanding } from '../standing/standing.js';
import type { RetryBudgetOptions } from './retry-budget.js';
import { createWaitMemory, type WaitMemory } from './wait-memory.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The waits of a loop that is told no others, in milliseconds. */
export const SYNC_LOOP_DEFAULTS = {
  intervalMs: { min: 5 * MINUTE_MS, max: 15 * MINUTE_MS },
  startWithinMs: MINUTE_MS,
  retryBaseMs: 5000,
  retryBudget: { retries: 10, perMs: HOUR_MS },
} as const;

export interface SyncLoopOptions {
  /** One exchange, e.g. `(signal) => client.syncStore({ signal })`. */
  readonly exchange: (signal: AbortSignal) => ObservableInput<SyncResult>;
  /** Each wait between exchanges is drawn uniformly from this range. Default: 5 to 15 minutes. */
  readonly intervalMs?: { readonly min: number; readonly max: number };
  /** The first exchange starts within this time, so that a fleet does not start as one. Default: 1 minute. */
  readonly startWithinMs?: number;
  /** The longest wait after a first failure; doubles with each further one. Default: 5 s. */
  readonly retryBaseMs?: number;
  /** How often a retry may come sooner than the interval. Default: 10 an hour. */
  readonly retryBudget?: RetryBudgetOptions;
  /**
   * Emits when the network has come up: after a failure the loop then tries again within
   * `startWithinMs`, though never before a server's Retry-After. Subscribed to only in the waits that
   * follow a failure, so a source may poll. Default: never.
   */
  readonly networkUp$?: Observable<unknown>;
  /** What waits, for `status$`: `() => client.standing()`. Asked at the start and after each exchange. */
  readonly standing?: () => Promise<SyncStanding>;
  /** Keeps the wait that a server asked for across restarts. Default: one in memory. */
  readonly waitMemory?: WaitMemory;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: RxJS's asynchronous scheduler. */
  readonly scheduler?: SchedulerLike;
  /** Default: the machine's. */
  readonly random?: RandomSource;
}

export type SyncLoopSettings = Required<Omit<SyncLoopOptions, 'standing'>> &
  Pick<SyncLoopOptions, 'standing'>;

/** @throws SyncError `invalid-config` for settings that cannot work. */
export function checkLoopOptions(options: SyncLoopOptions): SyncLoopSettings {
  const {
    exchange,
    intervalMs = SYNC_LOOP_DEFAULTS.intervalMs,
    startWithinMs = SYNC_LOOP_DEFAULTS.startWithinMs,
    retryBaseMs = SYNC_LOOP_DEFAULTS.retryBaseMs,
    retryBudget = SYNC_LOOP_DEFAULTS.retryBudget,
    networkUp$ = NEVER,
    standing,
    waitMemory = createWaitMemory(),
    clock = systemClock,
    scheduler = asyncScheduler,
    random = systemRandom,
  } = options;
  checkPorts(options);
  checkMethods('waitMemory', waitMemory, ['load', 'save']);
  checkMethods('networkUp$', networkUp$, ['subscribe']);
  if (typeof exchange !== 'function') {
    const message = `exchange is ${String(exchange)}; expected a function such as (signal) => client.syncStore({ signal })`;
    throw new SyncError('invalid-config', message, { field: 'exchange' });
  }
  if (!(intervalMs.min > 0 && intervalMs.max >= intervalMs.min && intervalMs.max < 2 ** 31)) {
    throw invalid('intervalMs', `${intervalMs.min} to ${intervalMs.max}`);
  }
  if (!(startWithinMs >= 0 && startWithinMs < 2 ** 31)) {
    throw invalid('startWithinMs', startWithinMs);
  }
  if (!(retryBaseMs > 0 && retryBaseMs < 2 ** 31)) throw invalid('retryBaseMs', retryBaseMs);
  const { retries, perMs } = retryBudget;
  if (!(retries >= 1 && perMs > 0 && Number.isFinite(retries / perMs))) {
    const message = `retryBudget is ${retries} retries in ${perMs} ms; expected at least one, in a time above 0`;
    throw new SyncError('invalid-config', message, { field: 'retryBudget' });
  }
  return {
    exchange,
    intervalMs,
    startWithinMs,
    retryBaseMs,
    retryBudget,
    networkUp$,
    ...(standing === undefined ? {} : { standing }),
    waitMemory,
    clock,
    scheduler,
    random,
  };
}

function invalid(field: string, value: string | number): SyncError<'invalid-config'> {
  const message = `${field} is ${value}; expected milliseconds, ascending, above 0 and below 2^31`;
  return new SyncError('invalid-config', message, { field });
}
