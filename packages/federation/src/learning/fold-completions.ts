import { HISTORY_CLASSES, MAX_INTEGER } from '@omega-tv/types';
import type { CohortKeys, CohortRules, Share } from '../cohort.js';
import { toTimeMs } from '../decay.js';
import { advanceTime } from '../fold-time.js';
import { addShare, emptyTally, type Tally } from '../tally.js';
import { countCompletion, type DeviceActivity } from './activity.js';
import type { LearningConfig } from './config.js';
import { receiveFactors, type ReceivedFactors } from './received-factors.js';
import { barredUntil, isRepeated, sampleReport } from './device-sample.js';
import { SCORINGS } from './scorings.js';
import type { LearningState, LearningTouched, SharedItem, TitleRecord } from './state.js';
import { factorShare, momentShare } from './sums.js';
import { TitleRoom } from './title-room.js';
import { recentAfter } from './title-trends.js';

/** A title's first completion on a device, as a delta reports it once. */
export interface Completion {
  readonly deviceId: string;
  readonly contentId: string;
  /** The viewer's factors before this completion; absent below two completed titles. */
  readonly factors?: ReceivedFactors;
  /** Class of the history behind the factors, see `historyClass`. */
  readonly historyClass?: number;
  /** For each of `SCORINGS`: whether it had this title in the viewer's top list. */
  readonly hits?: readonly boolean[];
  /** Unix ms by the server's clock. */
  readonly receivedAtMs: number;
}

export interface FoldedCompletions {
  readonly state: LearningState;
  readonly touched: LearningTouched;
  /** What to keep of each device that came up, under its id. */
  readonly activities: ReadonlyMap<string, DeviceActivity>;
}

/** A device's completions in one cohort of a shared item: at most 2/k of it, as for all. */
const SHARED_SAMPLES_PER_DEVICE = 20;

/** The state on its way. */
interface Draft {
  readonly titles: ReadonlyMap<string, TitleRecord>;
  readonly shared: Map<SharedItem, Tally>;
  readonly room: TitleRoom;
  readonly touchedTitles: Set<string>;
  readonly touchedShared: Set<SharedItem>;
}

/**
 * Folds completions into the state, in their order. Copy on write: the state given is left as it
 * is, and records that did not change are shared with it. Nothing published changes here.
 *
 * Counted but not learned: what exceeds a device's day, a second completion of a title by one
 * device in a cohort, and cohorts of devices that report a title again and again.
 * @param activityOf what was kept of a device, undefined for a new one.
 * @example
 * ```ts
 * import { createLearningConfig, emptyLearning, foldCompletions } from '@omega-tv/federation';
 *
 * const config = createLearningConfig({ minDevices: 2 });
 * let keysDrawn = 0;
 * const keys = {
 *   drawKey: () => String(keysDrawn++), // yours: a secret
 *   tagDevice: (key, deviceId) => `${key}/${deviceId}`, // yours: HMAC-SHA256
 * };
 * const completions = ['kitchen', 'attic'].map((deviceId) => ({
 *   deviceId,
 *   contentId: 'imdb:tt0095016',
 *   receivedAtMs: Date.UTC(2026, 10, 22),
 * }));
 * const { state } = foldCompletions(emptyLearning(), completions, () => undefined, keys, config);
 * console.log(state.titles.get('imdb:tt0095016')?.tally.closed.weight); // => 2
 * ```
 */
export function foldCompletions(
  state: LearningState,
  completions: readonly Completion[],
  activityOf: (deviceId: string) => DeviceActivity | undefined,
  keys: CohortKeys,
  config: LearningConfig,
): FoldedCompletions {
  const room = new TitleRoom(state.titles, config);
  const { titles } = room;
  const draft: Draft = {
    titles,
    shared: new Map(state.shared),
    room,
    touchedTitles: new Set(),
    touchedShared: new Set(),
  };
  const activities = new Map<string, DeviceActivity>();
  let { counters } = state;
  for (const completion of completions) {
    const { deviceId, receivedAtMs } = completion;
    const time = advanceTime(counters, receivedAtMs, config);
    const active = countCompletion(
      activities.get(deviceId) ?? activityOf(deviceId),
      time.latestMs,
      config,
    );
    let isLearned = false;
    if (active !== undefined) {
      activities.set(deviceId, active.activity);
      const share = shareOf(completion, time.latestMs);
      const x = receiveFactors(state.axes, completion.factors, config);
      isLearned = learnTitle(draft, completion.contentId, share, x, keys, config);
      learnShared(draft, completion, share, x, active.devices, keys, config);
    }
    counters = {
      ...time,
      completions: Math.min(counters.completions + 1, MAX_INTEGER),
      completionsLearned: Math.min(counters.completionsLearned + Number(isLearned), MAX_INTEGER),
    };
  }
  const { shared, touchedTitles, touchedShared } = draft;
  room.close();
  return {
    state: { ...state, titles, shared, counters },
    touched: { titles: [...touchedTitles], shared: [...touchedShared] },
    activities,
  };
}

function shareOf({ deviceId, receivedAtMs }: Completion, atMs: number): Omit<Share, 'vector'> {
  return { deviceId, successRate: 1, samples: 1, atMs, clockMs: toTimeMs(receivedAtMs) };
}

export function titleRules({ minDevices, halfLifeMs }: LearningConfig): CohortRules {
  return { minDevices, halfLifeMs, maxSamplesPerDevice: 1 };
}

export function sharedRules({ minDevices, halfLifeMs }: LearningConfig): CohortRules {
  return { minDevices, halfLifeMs, maxSamplesPerDevice: SHARED_SAMPLES_PER_DEVICE };
}

function learnTitle(
  { titles, room, touchedTitles }: Draft,
  id: string,
  share: Omit<Share, 'vector'>,
  x: Float64Array | undefined,
  keys: CohortKeys,
  config: LearningConfig,
): boolean {
  const before: TitleRecord = titles.get(id) ?? { id, tally: emptyTally() };
  const grown = addShare(
    before.tally,
    { ...share, vector: factorShare(x) },
    keys,
    titleRules(config),
  );
  if (grown === before.tally) return false;
  const sample = sampleReport(before.sample, share, keys, config);
  const barredUntilMs = isRepeated(sample) ? barredUntil(sample, config) : before.barredUntilMs;
  const isBarred = barredUntilMs !== undefined && share.atMs < barredUntilMs;
  // What devices said before is not learned again: the cohort that they closed is dropped.
  const tally = isBarred ? { ...grown, closed: before.tally.closed } : grown;
  touchedTitles.add(id);
  const recent = recentAfter(before, tally, share.atMs, config);
  const record = {
    ...{ id, tally, sample },
    ...(recent === undefined ? {} : { recent }),
    ...(isBarred ? { barredUntilMs } : {}),
  };
  for (const gone of room.put(record, share.atMs)) touchedTitles.add(gone);
  return true;
}

function learnShared(
  { shared, touchedShared }: Draft,
  { historyClass, hits }: Completion,
  share: Omit<Share, 'vector'>,
  x: Float64Array | undefined,
  devices: number,
  keys: CohortKeys,
  config: LearningConfig,
): void {
  add('moments', momentShare(x, devices));
  if (x !== undefined && isIndex(historyClass, HISTORY_CLASSES)) {
    add(`history-${historyClass}`, factorShare(x));
  }
  if (hits?.length === SCORINGS.length) add('hits', Float64Array.from(hits, Number));

  function add(item: SharedItem, vector: Float64Array): void {
    const before = shared.get(item) ?? emptyTally();
    const tally = addShare(before, { ...share, vector }, keys, sharedRules(config));
    if (tally === before) return;
    shared.set(item, tally);
    touchedShared.add(item);
  }
}

function isIndex(value: number | undefined, count: number): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value < count;
}
