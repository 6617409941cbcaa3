import { MAX_INTEGER, type SyncDelta, type SyncError } from '@omega-tv/types';
import {
  contribute,
  contributionsFromDelta,
  foldCompletions,
  type CohortKeys,
  type Completion,
  type DeviceActivity,
  type FederationConfig,
  type LearningConfig,
} from '@omega-tv/federation';
import type { Decision } from '../decision/decide.js';
import { decidePush, type ReceivedPush } from '../decision/decide-push.js';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ServerCounters, StoreChange } from '../store/constellation-store.js';
import { changeOf, type ChangedRecords, type ServerState } from './server-state.js';

/** What deltas are folded with. */
export interface Folding {
  readonly federation: FederationConfig;
  readonly learning: LearningConfig;
  readonly keys: CohortKeys;
  /** Of TVs whose deltas do not say where they are. */
  readonly region?: string;
}

/** A device as it stood before a push. */
export interface KnownDevice {
  readonly key: string;
  readonly record: DeviceRecord | undefined;
  /** False: what it pushes is marked and counted, and joins no cohort. */
  readonly contributes: boolean;
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
  const learned =
    delta === undefined || !known.contributes
      ? { state }
      : learn(state, delta, decision, folding, nowMs(), known.record?.activity);
  const { activity = known.record?.activity, records = {} } = learned;
  const record = decision.record && {
    ...decision.record,
    ...(activity === undefined ? {} : { activity }),
  };
  const isNewDevice = known.record === undefined && record !== undefined;
  const next = { ...learned.state, counters: countPush(state.counters, decision, isNewDevice) };
  const devices = record && new Map([[known.key, record]]);
  const change = changeOf(next, { ...records, ...(devices === undefined ? {} : { devices }) });
  return { state: next, change, decision, ...(refusal === undefined ? {} : { refusal }) };
}

interface Learned {
  readonly state: ServerState;
  readonly records?: Omit<ChangedRecords, 'devices'>;
  /** Of the device, where it completed something. */
  readonly activity?: DeviceActivity;
}

function learn(
  state: ServerState,
  delta: SyncDelta,
  decision: Decision,
  folding: Folding,
  nowMs: number,
  known?: DeviceActivity,
): Learned {
  const { federation: config, keys, region } = folding;
  const contributions = contributionsFromDelta(delta, decision.increments, nowMs, region);
  const learned = contribute(state.federation, contributions, keys, config);
  const next = { ...state, federation: learned.state };
  const { touched } = learned;
  const completions = isByPosition(decision) ? completionsOf(delta, nowMs) : [];
  if (completions.length === 0) return { state: next, records: { touched } };
  const folded = foldCompletions(state.learning, completions, () => known, keys, folding.learning);
  const activity = folded.activities.get(delta.deviceId);
  return {
    state: { ...next, learning: folded.state },
    records: { touched, learned: folded.touched },
    ...(activity === undefined ? {} : { activity }),
  };
}

/** A completion is reported once: only where a repeated delta is known as such may it be learned. */
function isByPosition({ record, receipt }: Decision): boolean {
  return receipt.outcome === 'applied' && record?.last?.byPosition === true;
}

function completionsOf(delta: SyncDelta, receivedAtMs: number): readonly Completion[] {
  const { deviceId, engagements = [], viewerFactors, hits } = delta;
  return engagements
    .filter(({ completed }) => completed)
    .map(({ contentId }) => ({
      deviceId,
      contentId,
      receivedAtMs,
      ...(viewerFactors === undefined
        ? {}
        : { factors: viewerFactors, historyClass: viewerFactors.historyClass }),
      ...(hits === undefined ? {} : { hits }),
    }));
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
