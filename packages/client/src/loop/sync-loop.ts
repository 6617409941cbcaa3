import {
  BehaviorSubject,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  finalize,
  from,
  merge,
  NEVER,
  of,
  repeat,
  Subject,
  Subscription,
  switchMap,
  take,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import { monotonicMs } from '@omega-tv/types';
import type { SyncResult } from '@omega-tv/protocol';
import { RetryBudget } from './retry-budget.js';
import { StatusKeeper } from './status-keeper.js';
import type { SyncLoopStatus } from './sync-status.js';
import { checkLoopOptions, type SyncLoopOptions } from './sync-loop-options.js';
import { WaitKeeper } from './wait-keeper.js';
import { WaitPlan, type Wait } from './wait-plan.js';

export interface SyncLoop {
  /** One value an exchange that succeeded. */
  readonly results$: Observable<SyncResult>;
  /** The current status on subscription, then each change: all that a screen or a log needs. */
  readonly status$: Observable<SyncLoopStatus>;
  /** One value an exchange that failed, or of a port that failed; the loop goes on. */
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
 * Exchanges again and again. Failures are retried with exponential backoff and full jitter, above
 * the server's Retry-After or within its window, up to a day; what cannot be retried waits for the
 * next interval, and no less than that either.
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
 * loop.status$.subscribe(({ state, why }) => console.log(`${state}: ${why}`));
 * // => idle: the next exchange comes after the interval
 * // => stopped: not started, or ended
 * running.unsubscribe();
 * ```
 */
export function createSyncLoop(options: SyncLoopOptions): SyncLoop {
  const settings = checkLoopOptions(options);
  const { scheduler, clock, networkUp$ } = settings;
  const results$ = new Subject<SyncResult>();
  const errors$ = new Subject<unknown>();
  const status = new StatusKeeper(settings);
  const paused$ = new BehaviorSubject(false);
  const syncNow$ = new Subject<void>();
  const budget = new RetryBudget(settings.retryBudget);
  const plan = new WaitPlan(settings, budget, settings.random);
  let running: Subscription = Subscription.EMPTY;
  let wait: Wait = { delayMs: 0, floorMs: 0, reason: 'start' };

  const report = (error: unknown): void => {
    errors$.next(error);
  };
  const keeper = new WaitKeeper(settings.waitMemory, clock, report);
  const succeeded = (result: SyncResult): void => {
    wait = plan.afterSuccess(result.window);
    keeper.keep(wait);
    status.succeeded(result);
    results$.next(result);
  };
  const failed = (error: unknown): typeof EMPTY => {
    wait = plan.afterFailure(error);
    keeper.keep(wait);
    status.failed(error);
    errors$.next(error);
    return EMPTY;
  };
  const wait$ = defer(() => {
    let startedMs = monotonicMs(clock);
    const elapsedMs = (): number => monotonicMs(clock) - startedMs;
    const ups$ = plan.failures === 0 ? NEVER : networkUp$;
    const sooner$ = ups$.pipe(
      catchError((error: unknown) => {
        report(error);
        return NEVER;
      }),
      switchMap(() => {
        const sooner = plan.afterNetworkUp(wait, elapsedMs());
        if (sooner === undefined) return EMPTY;
        wait = sooner;
        return of(undefined);
      }),
    );
    const over$ = merge(of(undefined), sooner$).pipe(
      switchMap(() => {
        startedMs = monotonicMs(clock);
        status.waits(wait);
        return timer(wait.delayMs, scheduler);
      }),
      tap(() => {
        budget.waited(wait.delayMs);
      }),
    );
    return merge(over$, syncNow$).pipe(take(1));
  });
  const exchange$ = defer(() => {
    status.is('syncing');
    return abortable(settings.exchange).pipe(take(1), tap(succeeded), catchError(failed));
  });
  const standing$ = status.standing$(report);
  const cycle$ = concat(
    standing$,
    keeper.remaining$.pipe(
      switchMap((keptMs) => {
        wait = plan.toStart(keptMs);
        return wait$.pipe(
          switchMap(() => concat(exchange$, standing$)),
          repeat(),
        );
      }),
    ),
  );

  return {
    results$: results$.asObservable(),
    errors$: errors$.asObservable(),
    status$: status.status$,
    start() {
      if (!running.closed) return running;
      running = paused$
        .pipe(
          distinctUntilChanged(),
          switchMap((paused) => {
            if (!paused) return cycle$;
            status.is('paused');
            return NEVER;
          }),
        )
        .subscribe();
      running.add(() => {
        status.is('stopped');
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
