import { MAX_INTEGER, type SyncDelta, type SyncError } from '@omega-tv/types';
import {
  contribute,
  contributionsFromDelta,
  type CohortKeys,
  type FederationConfig,
  type Touched,
} from '@omega-tv/federation';
import type { Decision } from '../decision/decide.js';
import { decidePush, type ReceivedPush } from '../decision/decide-push.js';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ServerCounters, StoreChange } from '../store/constellation-store.js';
import { changeOf, type ServerState } from './server-state.js';

/** What deltas are folded with. */
export interface Folding {
  readonly federation: FederationConfig;
  readonly keys: CohortKeys;
  /** Of TVs whose deltas do not say where they are. */
  readonly region?: string;
}

/** A device as it stood before a push. */
export interface KnownDevice {
  readonly key: string;
  readonly record: DeviceRecord | undefined;
}

export interface AppliedPush {
  readonly state: ServerState;
  /** Mark and sums, to be written in one step. */
  readonly change: StoreChange;
  readonly decision: Decision;
  /** Why the delta counts nothing, ever. */
  readonly refusal?: SyncError;
}

/**
 * Decides a push and folds what it brings. Pure.
 * @param nowMs when it was received, by the server's clock (Unix ms).
 * @throws SyncError where it is refused without taking a place.
 */
export function applyPush(
  state: ServerState,
  known: KnownDevice,
  received: ReceivedPush,
  folding: Folding,
  nowMs: () => number,
): AppliedPush {
  const { delta, decision, refusal } = decidePush(known.record, received);
  const { record } = decision;
  const learned = delta === undefined ? { state } : learn(state, delta, decision, folding, nowMs());
  const isNewDevice = known.record === undefined && record !== undefined;
  const next = { ...learned.state, counters: countPush(state.counters, decision, isNewDevice) };
  const change = changeOf(next, {
    ...(learned.touched === undefined ? {} : { touched: learned.touched }),
    ...(record === undefined ? {} : { devices: new Map([[known.key, record]]) }),
  });
  return { state: next, change, decision, ...(refusal === undefined ? {} : { refusal }) };
}

function learn(
  state: ServerState,
  delta: SyncDelta,
  { increments }: Decision,
  { federation: config, keys, region }: Folding,
  nowMs: number,
): { readonly state: ServerState; readonly touched?: Touched } {
  const contributions = contributionsFromDelta(delta, increments, nowMs, region);
  const learned = contribute(state.federation, contributions, keys, config);
  return { state: { ...state, federation: learned.state }, touched: learned.touched };
}

function countPush(
  before: ServerCounters,
  { increments, receipt: { outcome } }: Decision,
  isNewDevice: boolean,
): ServerCounters {
  const samples = increments.reduce((sum, count) => sum + count, 0);
  return {
    ...before,
    devices: before.devices + Number(isNewDevice),
    deltasApplied: before.deltasApplied + Number(outcome === 'applied'),
    duplicates: before.duplicates + Number(outcome === 'duplicate'),
    samplesAccepted: Math.min(MAX_INTEGER, before.samplesAccepted + samples),
  };
}
