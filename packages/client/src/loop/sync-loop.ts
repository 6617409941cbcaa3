import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  defer,
  distinctUntilChanged,
  EMPTY,
  finalize,
  from,
  merge,
  NEVER,
  repeat,
  Subject,
  Subscription,
  switchMap,
  take,
  tap,
  timer,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import {
  checkPorts,
  isSyncError,
  SyncError,
  systemRandom,
  type RandomSource,
  type SyncWindow,
} from '@omega-tv/types';
import type { SyncResult } from '@omega-tv/protocol';
import { MAX_FLOOR_MS, retryDelayMs } from './retry-delay.js';

const MINUTE_MS = 60_000;

export interface SyncLoopOptions {
  /** One exchange, e.g. `(signal) => client.syncStore({ signal })`. */
  readonly exchange: (signal: AbortSignal) => ObservableInput<SyncResult>;
  /** Each wait between exchanges is drawn uniformly from this range. Default: 5 to 15 minutes. */
  readonly intervalMs?: { readonly min: number; readonly max: number };
  /** The first exchange starts within this time, so that a fleet does not start as one. Default: 1 minute. */
  readonly startWithinMs?: number;
  /** The longest wait after a first failure; doubles with each further one. Default: 5 s. */
  readonly retryBaseMs?: number;
  /** Default: RxJS's asynchronous scheduler. */
  readonly scheduler?: SchedulerLike;
  /** Default: the machine's. */
  readonly random?: RandomSource;
}

export interface SyncLoopStatus {
  readonly state: 'stopped' | 'waiting' | 'syncing' | 'paused';
  /** Since the last success. */
  readonly consecutiveFailures: number;
  /** The wait that began with this status, in the state `waiting`. */
  readonly delayMs?: number;
}

export interface SyncLoop {
  /** One value an exchange that succeeded. */
  readonly results$: Observable<SyncResult>;
  /** The current status on subscription, then each change. */
  readonly status$: Observable<SyncLoopStatus>;
  /** One value an exchange that failed; the loop goes on. */
  readonly errors$: Observable<unknown>;
  /** Starts the loop; unsubscribing stops it, aborts what runs and leaves no timer. */
  start(): Subscription;
  /** Aborts what runs, and waits for `resume`. */
  pause(): void;
  /** Goes on with an exchange within `startWithinMs`. */
  resume(): void;
  /** Ends the current wait. Without effect while an exchange runs, when paused or stopped. */
  syncNow(): void;
}

/**
 * Exchanges again and again. Failures are retried with exponential backoff and full jitter, not
 * before the server's Retry-After, which is kept up to a day; what cannot be
 * retried waits for the next interval, and no less than that either.
 * @throws SyncError `invalid-config` for settings that cannot work, such as a range of times that is none.
 * @example
 * ```ts
 * import { createSyncLoop } from '@omega-tv/client';
 *
 * const exchange = async () => {
 *   console.log('an exchange'); // => an exchange
 *   return { patternsPushed: 1 }; // yours: (signal) => client.syncStore({ signal })
 * };
 * const loop = createSyncLoop({ exchange, startWithinMs: 0 });
 * const first = new Promise((resolve) => loop.results$.subscribe(resolve));
 * const running = loop.start();
 * await first;
 * running.unsubscribe();
 * ```
 */
export function createSyncLoop(options: SyncLoopOptions): SyncLoop {
  const settings = checkOptions(options);
  const results$ = new Subject<SyncResult>();
  const errors$ = new Subject<unknown>();
  const status$ = new BehaviorSubject<SyncLoopStatus>({ state: 'stopped', consecutiveFailures: 0 });
  const paused$ = new BehaviorSubject(false);
  const syncNow$ = new Subject<void>();
  const { intervalMs, scheduler, random } = settings;
  let running: Subscription = Subscription.EMPTY;
  let failures = 0;
  let delayMs = 0;

  const show = (state: SyncLoopStatus['state']): void => {
    const wait = state === 'waiting' ? { delayMs } : {};
    status$.next({ state, consecutiveFailures: failures, ...wait });
  };
  const drawWithin = (min: number, max: number): number => min + random.next() * (max - min);
  const succeeded = (result: SyncResult): void => {
    failures = 0;
    const drawnMs = drawWithin(intervalMs.min, intervalMs.max);
    delayMs = Math.min(MAX_FLOOR_MS, Math.max(drawnMs, drawInWindow(result.window, random)));
    results$.next(result);
  };
  const failed = (error: unknown): typeof EMPTY => {
    failures += 1;
    const floorMs =
      isSyncError(error) && Number.isFinite(error.retryAfterMs) ? (error.retryAfterMs ?? 0) : 0;
    const backoff = { baseMs: settings.retryBaseMs, maxMs: intervalMs.max };
    delayMs =
      isSyncError(error) && !error.retryable
        ? Math.min(MAX_FLOOR_MS, Math.max(floorMs, drawWithin(intervalMs.min, intervalMs.max)))
        : retryDelayMs(failures, floorMs, backoff, random);
    errors$.next(error);
    return EMPTY;
  };
  const wait$ = defer(() => {
    show('waiting');
    return merge(timer(delayMs, scheduler), syncNow$).pipe(take(1));
  });
  const exchange$ = defer(() => {
    show('syncing');
    return abortable(options.exchange).pipe(take(1), tap(succeeded), catchError(failed));
  });
  const cycle$ = defer(() => {
    delayMs = drawWithin(0, settings.startWithinMs);
    return wait$.pipe(
      switchMap(() => exchange$),
      repeat(),
    );
  });

  return {
    results$: results$.asObservable(),
    errors$: errors$.asObservable(),
    status$: status$.asObservable(),
    start() {
      if (!running.closed) return running;
      running = paused$
        .pipe(
          distinctUntilChanged(),
          switchMap((paused) => {
            if (!paused) return cycle$;
            show('paused');
            return NEVER;
          }),
        )
        .subscribe();
      running.add(() => {
        show('stopped');
      });
      return running;
    },
    pause() {
      paused$.next(true);
    },
    resume() {
      paused$.next(false);
    },
    syncNow() {
      syncNow$.next();
    },
  };
}

/** Runs one exchange; unsubscribing aborts it. */
function abortable(exchange: SyncLoopOptions['exchange']): Observable<SyncResult> {
  return defer(() => {
    const controller = new AbortController();
    return from(exchange(controller.signal)).pipe(
      finalize(() => {
        controller.abort();
      }),
    );
  });
}

function checkOptions(options: SyncLoopOptions) {
  const {
    intervalMs = { min: 5 * MINUTE_MS, max: 15 * MINUTE_MS },
    startWithinMs = MINUTE_MS,
    retryBaseMs = 5000,
    scheduler = asyncScheduler,
    random = systemRandom,
  } = options;
  checkPorts(options);
  if (typeof options.exchange !== 'function') {
    const message = `exchange is ${String(options.exchange)}; expected a function such as (signal) => client.syncStore({ signal })`;
    throw new SyncError('invalid-config', message, { field: 'exchange' });
  }
  if (!(intervalMs.min > 0 && intervalMs.max >= intervalMs.min && intervalMs.max < 2 ** 31)) {
    throw invalid('intervalMs', `${intervalMs.min} to ${intervalMs.max}`);
  }
  if (!(startWithinMs >= 0 && startWithinMs < 2 ** 31))
    throw invalid('startWithinMs', startWithinMs);
  if (!(retryBaseMs > 0 && retryBaseMs < 2 ** 31)) throw invalid('retryBaseMs', retryBaseMs);
  return { intervalMs, startWithinMs, retryBaseMs, scheduler, random };
}

function invalid(field: string, value: string | number): SyncError<'invalid-config'> {
  const message = `${field} is ${value}; expected milliseconds, ascending, above 0 and below 2^31`;
  return new SyncError('invalid-config', message, { field });
}

/** An instant in the window of a server that asks for patience; else none. */
function drawInWindow(window: SyncWindow | undefined, random: RandomSource): number {
  if (window === undefined || window.minMs === 0) return 0;
  return window.minMs + random.next() * (window.maxMs - window.minMs);
}
