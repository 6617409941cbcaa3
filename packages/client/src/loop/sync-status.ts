import { isSyncError, type HttpFailure, type SyncErrorCode } from '@omega-tv/types';
import type { SyncResult } from '@omega-tv/protocol';
import type { SyncStanding } from '../standing/standing.js';
import type { Wait, WaitReason } from './wait-plan.js';

/**
 * `stopped`: not started, or ended. `paused`: by the host. `syncing`: an exchange is under way.
 * `idle`: all is well, the next exchange comes after the interval. `waiting`: for an instant that the
 * server named, or to try again. `offline`: no server could be reached. `refused`: the server, or a
 * setting, refuses this TV until someone changes something.
 */
export type SyncLoopState =
  'stopped' | 'paused' | 'syncing' | 'idle' | 'waiting' | 'offline' | 'refused';

/** The last exchange that failed. */
export interface SyncFailure {
  /** Unix ms. */
  readonly atMs: number;
  /** `unexpected` for what is no `SyncError`. */
  readonly code: SyncErrorCode | 'unexpected';
  /** For people: what failed, and what to do. */
  readonly message: string;
  /** Whether it is tried again ahead of the interval. */
  readonly retryable: boolean;
}

/** A loop as it is now. Times by the wall clock, in Unix milliseconds. */
export interface SyncLoopStatus {
  readonly state: SyncLoopState;
  /** When this state began. */
  readonly sinceMs: number;
  /** Since the last success. */
  readonly consecutiveFailures: number;
  /** Between exchanges: the wait that began with this status, in ms. */
  readonly delayMs?: number;
  readonly nextAttemptAtMs?: number;
  readonly waitsFor?: WaitReason;
  /** For people: why it waits, or what it does. */
  readonly why: string;
  /** What waits, as of the last exchange; absent where the loop has no `standing`. */
  readonly standing?: SyncStanding;
  readonly lastSuccess?: { readonly atMs: number; readonly result: SyncResult };
  /** It stays after a success: compare the times. */
  readonly lastError?: SyncFailure;
}

type WaitingState = Extract<SyncLoopState, 'idle' | 'waiting' | 'offline' | 'refused'>;

const OFFLINE: ReadonlySet<HttpFailure> = new Set([
  'dns',
  'refused',
  'reset',
  'timeout',
  'tls',
  'network',
  'portal',
]);
/** They may be tried again, and yet someone has to renew what lets this TV in. */
const UNWELCOME: ReadonlySet<number | undefined> = new Set([401, 403]);

/** The state of a loop that waits, by how its last exchange ended. */
export function waitingState(wait: Wait, error: unknown): WaitingState {
  if (error === undefined) return wait.reason === 'server' ? 'waiting' : 'idle';
  if (!isSyncError(error)) return 'waiting';
  if (isSyncError(error, 'http')) {
    const { reason, status } = error.details;
    if (OFFLINE.has(reason)) return 'offline';
    if (UNWELCOME.has(status)) return 'refused';
  }
  return error.retryable ? 'waiting' : 'refused';
}

/** Why a loop waits, in words. */
export const WAIT_WORDS: Readonly<Record<WaitReason, string>> = {
  start: 'the first exchange is drawn within a short time, so that a fleet does not start as one',
  interval: 'the next exchange comes after the interval',
  server: 'the server asked for this wait',
  backoff: 'the last exchange failed; it is tried again, each time later',
  budget: 'the last exchange failed, and the retries of this hour are used up',
  'network-up': 'the network came up; it is tried again',
};

/** What else a loop does, in words. */
export const STATE_WORDS: Readonly<Record<'stopped' | 'paused' | 'syncing', string>> = {
  stopped: 'not started, or ended',
  paused: 'the host paused it',
  syncing: 'an exchange is under way',
};

/** What failed, in words. */
export function toFailure(error: unknown, atMs: number): SyncFailure {
  const { code, retryable } = isSyncError(error)
    ? error
    : ({ code: 'unexpected', retryable: false } as const);
  return { atMs, code, message: error instanceof Error ? error.message : String(error), retryable };
}
