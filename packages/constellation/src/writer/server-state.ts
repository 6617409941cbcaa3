import type { TitleList } from '@omega-tv/compression';
import {
  emptyFederation,
  emptyLearning,
  type FederationState,
  type LearningState,
  type LearningTouched,
  type Touched,
} from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import {
  noCounts,
  type LearningChange,
  type ServerCounters,
  type StoreChange,
} from '../store/constellation-store.js';

/** All that a server knows, devices apart: they are read when they come up. */
export interface ServerState {
  /** Drawn when the store was created. */
  readonly epoch: string;
  readonly counters: ServerCounters;
  readonly federation: FederationState;
  readonly learning: LearningState;
  /** As published last; absent before the first time. */
  readonly titles?: TitleList;
}

export function emptyServer(epoch: string): ServerState {
  return { epoch, counters: noCounts, federation: emptyFederation(), learning: emptyLearning() };
}

/** What a step changed, beside counters. */
export interface ChangedRecords {
  readonly touched?: Touched;
  /** Absent where nothing of the learning of titles changed. */
  readonly learned?: LearningTouched & {
    /** True where axes or scoring are others. */
    readonly model?: boolean;
  };
  readonly devices?: ReadonlyMap<string, DeviceRecord>;
}

/** The records of the state after a step that differ from the disk. */
export function changeOf(
  { epoch, counters, federation, learning }: ServerState,
  { touched = noneTouched, learned, devices = new Map() }: ChangedRecords = {},
): StoreChange {
  const { clusters, trends } = federation;
  return {
    epoch,
    counters,
    federationCounters: federation.counters,
    devices,
    clusters: new Map(touched.clusters.map((id) => [id, clusters.get(id)])),
    trends: new Map(touched.trends.map((id) => [id, trends.get(id)])),
    ...(learned === undefined ? {} : { learning: learningChangeOf(learning, learned) }),
  };
}

function learningChangeOf(
  { titles, shared, counters, axes, scoring }: LearningState,
  { titles: touchedTitles, shared: touchedItems, model }: NonNullable<ChangedRecords['learned']>,
): LearningChange {
  return {
    counters,
    titles: new Map(touchedTitles.map((id) => [id, titles.get(id)])),
    shared: new Map(touchedItems.map((item) => [item, shared.get(item)])),
    ...(model === true ? { model: { axes, scoring } } : {}),
  };
}

const noneTouched: Touched = { clusters: [], trends: [] };
