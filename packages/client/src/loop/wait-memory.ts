import { MAX_WAIT_MS } from './wait-range.js';

/**
 * A wait that a server asked for, as it is kept for the next start. By the wall clock, in Unix
 * milliseconds: it may have jumped since.
 */
export interface KeptWait {
  readonly sinceMs: number;
  readonly resumeAtMs: number;
}

/** Where a loop keeps the wait that a server asked for, so that a restart does not end it. */
export interface WaitMemory {
  load(): KeptWait | undefined | Promise<KeptWait | undefined>;
  /** Replaces what was kept; `undefined` where nothing is to be waited for any more. */
  save(wait: KeptWait | undefined): void | Promise<void>;
}

/** Lasts as long as the process. */
export function createWaitMemory(): WaitMemory {
  let kept: KeptWait | undefined;
  return {
    load: () => kept,
    save: (wait) => {
      kept = wait;
    },
  };
}

/** A state with another wait, or with none. */
export function stateWaiting<State extends { readonly wait?: KeptWait }>(
  { wait: _, ...state }: State,
  wait: KeptWait | undefined,
): Omit<State, 'wait'> & { readonly wait?: KeptWait } {
  return wait === undefined ? state : { ...state, wait };
}

/** What is left of a kept wait; never more than it was, however the clock has jumped. */
export function remainingMs(wait: KeptWait | undefined, nowMs: number): number {
  if (wait === undefined) return 0;
  const wholeMs = Math.min(wait.resumeAtMs - wait.sinceMs, MAX_WAIT_MS);
  const leftMs = Math.min(wait.resumeAtMs - nowMs, wholeMs);
  return leftMs > 0 ? leftMs : 0;
}
