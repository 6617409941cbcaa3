import {
  contribute,
  createFederationConfig,
  createLearningConfig,
  emptyFederation,
  publish,
  type CohortKeys,
  type FederationState,
} from '@omega-tv/federation';
import type { CheckpointChange, DeviceRecord } from '../../src/index.js';
import { learnedTitles } from '../learned-titles.js';
import { patternOf } from '../support.js';

export const counters = {
  devices: 2,
  deltasApplied: 3,
  duplicates: 1,
  refused: 4,
  samplesAccepted: 36,
};
const config = createFederationConfig({ minDevices: 2 });

/** The same in each run: so are the bytes that a test flips. */
const KEYS: CohortKeys = {
  drawKey: () => 'key',
  tagDevice: (key, deviceId) => `${key}/${deviceId}`,
};

/** What a server holds after two devices sent the same real pattern and it was published. */
export function learnedState(): FederationState {
  const contributions = ['tv-1', 'tv-2', 'tv-3'].map((deviceId) => ({
    deviceId,
    genre: 'drama',
    embedding: patternOf(0).embedding,
    successRate: 0.9,
    newSamples: 12,
    receivedAtMs: 1_000_000,
    region: 'DE',
  }));
  const { state } = contribute(emptyFederation(), contributions, KEYS, config);
  return publish(state, 1_000_000, config).state;
}

export const LEARNED = learnedTitles();

export const deviceA: DeviceRecord = {
  marks: new Map([['p1', 12]]),
  last: { deviceEpoch: 2 ** 32 - 1, seq: 3, digest: '0123456789abcdef' },
  activity: { day: 20_000, completions: 2, step: 77 },
};
export const FRAMES = new Map([[2, Uint8Array.of(2)]]);
export const SETTINGS = { federation: config, learning: createLearningConfig(), region: 'DE' };

export function changeOf(
  state: FederationState,
  change: Partial<CheckpointChange> = {},
): CheckpointChange {
  return {
    offset: 7,
    epoch: 'epoch-1',
    settings: SETTINGS,
    counters,
    federationCounters: state.counters,
    devices: new Map([['device-a', deviceA]]),
    frames: new Map([
      [1, undefined],
      [2, Uint8Array.of(2)],
    ]),
    clusters: state.clusters,
    trends: state.trends,
    published: state.published,
    titles: LEARNED.titles,
    learning: {
      counters: LEARNED.learning.counters,
      titles: LEARNED.learning.titles,
      shared: LEARNED.learning.shared,
      model: LEARNED.learning,
    },
    ...change,
  };
}
