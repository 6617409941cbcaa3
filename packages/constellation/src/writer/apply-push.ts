import { MAX_INTEGER, type SyncDelta, type SyncError } from '@omega-tv/types';
import {
  advanceTime,
  contribute,
  contributionsFromDelta,
  foldCompletions,
  weighDevice,
  type CohortKeys,
  type Completion,
  type DeviceActivity,
  type DeviceWeight,
} from '@omega-tv/federation';
import type { Decision } from '../decision/decide.js';
import { decidePush, type ReceivedPush } from '../decision/decide-push.js';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ServerCounters } from '../store/constellation-store.js';
import { settingsOf, type ServerState } from './server-state.js';
import type { ChangedRecords } from './pending-changes.js';

/** A device as it stood before a push. */
export interface KnownDevice {
  readonly key: string;
  readonly record: DeviceRecord | undefined;
  /** False: what it pushes is marked and counted, and joins no cohort. */
  readonly contributes: boolean;
}

export interface AppliedPush {
  readonly state: ServerState;
  /** Mark and sums: one step. */
  readonly changed: ChangedRecords;
  readonly decision: Decision;
  /** The delta as it was decoded, where it was. */
  readonly delta?: SyncDelta;
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
  keys: CohortKeys,
  nowMs: () => number,
): AppliedPush {
  const { delta, decision, refusal } = decidePush(known.record, received, state.epoch);
  const learned =
    delta === undefined || !known.contributes
      ? { state }
      : learn(state, delta, decision, { keys, nowMs: nowMs(), known: known.record });
  const { activity = known.record?.activity, weight, changed = {} } = learned;
  const record = decision.record && {
    ...decision.record,
    ...(activity === undefined ? {} : { activity }),
    ...(weight === undefined ? {} : { weight }),
  };
  const isNewDevice = known.record === undefined && record !== undefined;
  const isPoll =
    received.outline.patterns.length === 0 && received.outline.engagements === undefined;
  const devices = record && new Map([[known.key, record]]);
  return {
    state: { ...learned.state, counters: countPush(state.counters, decision, isNewDevice, isPoll) },
    changed: { ...changed, ...(devices === undefined ? {} : { devices }) },
    decision,
    ...(delta === undefined ? {} : { delta }),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

interface Learned {
  readonly state: ServerState;
  readonly changed?: Omit<ChangedRecords, 'devices'>;
  /** Of the device, where it completed something. */
  readonly activity?: DeviceActivity;
  /** Of the device, where it brought patterns. */
  readonly weight?: DeviceWeight;
}

interface Learning {
  readonly keys: CohortKeys;
  readonly nowMs: number;
  /** The device before. */
  readonly known: DeviceRecord | undefined;
}

function learn(
  state: ServerState,
  delta: SyncDelta,
  decision: Decision,
  { keys, nowMs, known }: Learning,
): Learned {
  const { federation: config, learning, region } = settingsOf(state);
  const { increments } = decision;
  const foldMs = advanceTime(state.federation.counters, nowMs, config).latestMs;
  const weighed = increments.some((count) => count > 0)
    ? weighDevice(known?.weight, increments, foldMs, config)
    : undefined;
  const contributions = contributionsFromDelta(delta, increments, nowMs, {
    ...(region === undefined ? {} : { region }),
    ...(weighed === undefined ? {} : { learned: weighed.learned }),
  });
  const bounded = weighed === undefined ? {} : { weight: weighed.weight };
  const learned = contribute(state.federation, contributions, keys, config);
  const next = { ...state, federation: learned.state };
  const { touched } = learned;
  const completions = isByPosition(decision) ? completionsOf(delta, nowMs) : [];
  if (completions.length === 0) return { state: next, changed: { touched }, ...bounded };
  const folded = foldCompletions(
    state.learning,
    completions,
    () => known?.activity,
    keys,
    learning,
  );
  const activity = folded.activities.get(delta.deviceId);
  return {
    state: { ...next, learning: folded.state },
    changed: { touched, learned: folded.touched },
    ...bounded,
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
  isPoll: boolean,
): ServerCounters {
  const samples = increments.reduce((sum, count) => sum + count, 0);
  return {
    ...before,
    devices: before.devices + Number(isNewDevice),
    deltasApplied: before.deltasApplied + Number(outcome === 'applied'),
    // A poll names a place that was decided before, and brings nothing.
    duplicates: before.duplicates + Number(outcome === 'duplicate' && !isPoll),
    samplesAccepted: Math.min(MAX_INTEGER, before.samplesAccepted + samples),
  };
}
