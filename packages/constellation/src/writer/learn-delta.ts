import type { SyncDelta } from '@omega-tv/types';
import {
  advanceTime,
  contribute,
  contributionsFromDelta,
  countCompletion,
  foldCompletions,
  weighDevice,
  type CohortKeys,
  type Completion,
  type DeviceActivity,
  type DeviceWeight,
} from '@omega-tv/federation';
import type { Decision } from '../decision/decide.js';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ChangedRecords } from './pending-changes.js';
import { settingsOf, withForkingMaps, type ServerState } from './server-state.js';

/** What of a delta is learned, as it was decided where its device is kept. */
export interface Lesson {
  /** New samples of each pattern. */
  readonly increments: readonly number[];
  /** How many of these are learned; absent where there are none. */
  readonly learned?: readonly number[];
  /** True where completions are learned, too. */
  readonly hasCompletions: boolean;
  /** Of the device, before. */
  readonly activity?: DeviceActivity;
}

/** What a delta made of sums, and of its device. */
export interface Learned {
  readonly state: ServerState;
  readonly changed?: Omit<ChangedRecords, 'devices'>;
  /** Of the device, where it completed something. */
  readonly activity?: DeviceActivity;
}

/** How much of a delta is learned: what its device has had of late counts. */
export function weighDelta(
  state: ServerState,
  decision: Decision,
  known: DeviceRecord | undefined,
  nowMs: number,
): { readonly lesson: Lesson; readonly weight?: DeviceWeight } {
  const { federation: config } = settingsOf(state);
  const { increments } = decision;
  const foldMs = advanceTime(state.federation.counters, nowMs, config).latestMs;
  const weighed = increments.some((count) => count > 0)
    ? weighDevice(known?.weight, increments, foldMs, config)
    : undefined;
  const lesson = {
    increments,
    hasCompletions: isByPosition(decision),
    ...(weighed === undefined ? {} : { learned: weighed.learned }),
    ...(known?.activity === undefined ? {} : { activity: known.activity }),
  };
  return weighed === undefined ? { lesson } : { lesson, weight: weighed.weight };
}

/** Folds a delta into the sums. */
export function learnDelta(
  before: ServerState,
  delta: SyncDelta,
  lesson: Lesson,
  keys: CohortKeys,
  nowMs: number,
): Learned {
  const { federation: config, learning, region } = settingsOf(before);
  const state = withForkingMaps(before);
  const contributions = contributionsFromDelta(delta, lesson.increments, nowMs, {
    ...(region === undefined ? {} : { region }),
    ...(lesson.learned === undefined ? {} : { learned: lesson.learned }),
  });
  const learned = contribute(state.federation, contributions, keys, config);
  const next = { ...state, federation: learned.state };
  const { touched } = learned;
  const completions = lesson.hasCompletions ? completionsOf(delta, nowMs) : [];
  if (completions.length === 0) return { state: next, changed: { touched } };
  const folded = foldCompletions(
    state.learning,
    completions,
    () => lesson.activity,
    keys,
    learning,
  );
  const activity = folded.activities.get(delta.deviceId);
  return {
    state: { ...next, learning: folded.state },
    changed: { touched, learned: folded.touched },
    ...(activity === undefined ? {} : { activity }),
  };
}

/** The same for a device whose deltas are learned elsewhere: no sum is kept here. */
export function countDelta(
  state: ServerState,
  delta: SyncDelta,
  lesson: Lesson,
  nowMs: number,
): Learned {
  const { federation: config, learning } = settingsOf(state);
  const time = advanceTime(state.federation.counters, nowMs, config);
  const federation = { ...state.federation, counters: { ...state.federation.counters, ...time } };
  let { counters } = state.learning;
  let { activity } = lesson;
  const completions = lesson.hasCompletions ? completionsOf(delta, nowMs) : [];
  for (let left = completions.length; left > 0; left -= 1) {
    counters = { ...counters, ...advanceTime(counters, nowMs, learning) };
    activity = countCompletion(activity, counters.latestMs, learning)?.activity ?? activity;
  }
  const next = { ...state, federation, learning: { ...state.learning, counters } };
  const changed = { learned: { titles: [], shared: [] } };
  return { state: next, changed, ...(activity === undefined ? {} : { activity }) };
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
