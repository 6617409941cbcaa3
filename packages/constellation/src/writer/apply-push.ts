import { MAX_INTEGER, type SyncDelta, type SyncError } from '@omega-tv/types';
import type { CohortKeys, DeviceWeight } from '@omega-tv/federation';
import type { Decision } from '../decision/decide.js';
import { decidePush, type ReceivedPush } from '../decision/decide-push.js';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ServerCounters } from '../store/constellation-store.js';
import { countDelta, learnDelta, weighDelta, type Learned, type Lesson } from './learn-delta.js';
import { dayAt } from './expired-devices.js';
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
  /** What of it is learned, where that happens elsewhere. */
  readonly lesson?: Lesson;
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
  const { weight, lesson, ...learned } =
    delta === undefined || !known.contributes
      ? { state }
      : learn(state, delta, decision, { keys, nowMs: nowMs(), known: known.record });
  const { activity = known.record?.activity, changed = {} } = learned;
  const record = decision.record && {
    ...withIdleMarks(decision.record, known),
    ...(activity === undefined ? {} : { activity }),
    ...(weight === undefined ? {} : { weight }),
    day: dayAt(state, nowMs()),
  };
  const isNewDevice = known.record === undefined && record !== undefined;
  const isPoll =
    received.outline.patterns.length === 0 && received.outline.engagements === undefined;
  const devices = record && new Map([[known.key, record]]);
  const counters = countPush(state.counters, decision, isNewDevice, isPoll);
  return {
    state: counters === learned.state.counters ? learned.state : { ...learned.state, counters },
    changed: { ...changed, ...(devices === undefined ? {} : { devices }) },
    decision,
    ...(delta === undefined ? {} : { delta }),
    ...(refusal === undefined ? {} : { refusal }),
    ...(lesson === undefined ? {} : { lesson }),
  };
}

/** Says of a record whether none of its marks counts what a cohort took in. */
function withIdleMarks(record: DeviceRecord, before: KnownDevice): DeviceRecord {
  const { idleMarks: _, ...decided } = record;
  const { marks, idleMarks } = before.record ?? {};
  const wereIdle = marks === undefined || marks.size === 0 || idleMarks === true;
  const areIdle = wereIdle && (!before.contributes || record.marks === marks);
  return areIdle && record.marks.size > 0 ? { ...decided, idleMarks: true } : decided;
}

interface Learning {
  readonly keys: CohortKeys;
  readonly nowMs: number;
  /** The device before. */
  readonly known: DeviceRecord | undefined;
}

interface LearnedPush extends Learned {
  readonly weight?: DeviceWeight;
  /** Where it is learned elsewhere. */
  readonly lesson?: Lesson;
}

function learn(
  state: ServerState,
  delta: SyncDelta,
  decision: Decision,
  { keys, nowMs, known }: Learning,
): LearnedPush {
  const { lesson, weight } = weighDelta(state, decision, known, nowMs);
  const weighed = weight === undefined ? {} : { weight };
  return settingsOf(state).learnedElsewhere === true
    ? { ...countDelta(state, delta, lesson, nowMs), ...weighed, lesson }
    : { ...learnDelta(state, delta, lesson, keys, nowMs), ...weighed };
}

function countPush(
  before: ServerCounters,
  { increments, receipt: { outcome } }: Decision,
  isNewDevice: boolean,
  isPoll: boolean,
): ServerCounters {
  const samples = increments.reduce((sum, count) => sum + count, 0);
  // A poll names a place that was decided before, and brings nothing.
  const isRepeat = outcome === 'duplicate' && !isPoll;
  const isCounted = isNewDevice || outcome === 'applied' || isRepeat || samples > 0;
  if (!isCounted) return before;
  return {
    ...before,
    devices: before.devices + Number(isNewDevice),
    deltasApplied: before.deltasApplied + Number(outcome === 'applied'),
    duplicates: before.duplicates + Number(isRepeat),
    samplesAccepted: Math.min(MAX_INTEGER, before.samplesAccepted + samples),
  };
}
