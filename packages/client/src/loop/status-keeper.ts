import {
  BehaviorSubject,
  catchError,
  defer,
  EMPTY,
  from,
  ignoreElements,
  tap,
  type Observable,
} from 'rxjs';
import type { SyncResult } from '@omega-tv/protocol';
import type { SyncLoopSettings } from './sync-loop-options.js';
import { STATE_WORDS, toFailure, WAIT_WORDS, waitingState } from './sync-status.js';
import type { SyncLoopStatus } from './sync-status.js';
import type { Wait } from './wait-plan.js';

type Lasting = Pick<
  SyncLoopStatus,
  'consecutiveFailures' | 'standing' | 'lastSuccess' | 'lastError'
>;

/** Keeps the picture of a loop that hosts see. */
export class StatusKeeper {
  readonly status$: Observable<SyncLoopStatus>;
  readonly #status$: BehaviorSubject<SyncLoopStatus>;
  /** How the last exchange ended; undefined where it succeeded. */
  #error: unknown;
  #lasting: Lasting = { consecutiveFailures: 0 };

  constructor(private readonly settings: SyncLoopSettings) {
    this.#status$ = new BehaviorSubject<SyncLoopStatus>({
      ...this.#lasting,
      state: 'stopped',
      sinceMs: settings.clock.nowMs(),
      why: STATE_WORDS.stopped,
    });
    this.status$ = this.#status$.asObservable();
  }

  /** Asks the host what waits; emits nothing. What it throws is reported. */
  standing$(report: (error: unknown) => void): Observable<never> {
    const { standing } = this.settings;
    if (standing === undefined) return EMPTY;
    return defer(() => from(standing())).pipe(
      tap((now) => {
        this.#lasting = { ...this.#lasting, standing: now };
      }),
      catchError((error: unknown) => {
        report(error);
        return EMPTY;
      }),
      ignoreElements(),
    );
  }

  succeeded(result: SyncResult): void {
    this.#error = undefined;
    const lastSuccess = { atMs: this.settings.clock.nowMs(), result };
    this.#lasting = { ...this.#lasting, consecutiveFailures: 0, lastSuccess };
  }

  failed(error: unknown): void {
    this.#error = error;
    const consecutiveFailures = this.#lasting.consecutiveFailures + 1;
    const lastError = toFailure(error, this.settings.clock.nowMs());
    this.#lasting = { ...this.#lasting, consecutiveFailures, lastError };
  }

  /** A wait begins, or begins anew. */
  waits(wait: Wait): void {
    const { delayMs, reason } = wait;
    const sinceMs = this.settings.clock.nowMs();
    this.#show({
      state: waitingState(wait, this.#error),
      sinceMs,
      delayMs,
      nextAttemptAtMs: sinceMs + delayMs,
      waitsFor: reason,
      why: WAIT_WORDS[reason],
    });
  }

  is(state: 'stopped' | 'paused' | 'syncing'): void {
    this.#show({ state, sinceMs: this.settings.clock.nowMs(), why: STATE_WORDS[state] });
  }

  /** A wait that is drawn anew is still the same state. */
  #show(status: Omit<SyncLoopStatus, keyof Lasting>): void {
    const { state, sinceMs } = this.#status$.value;
    const since = state === status.state ? { sinceMs } : {};
    this.#status$.next({ ...status, ...since, ...this.#lasting });
  }
}
