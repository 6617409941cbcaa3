import { deserialize, serialize } from 'node:v8';
import {
  recordSpace,
  singleRecord,
  type RecordCodec,
  type RecordOperation,
  type RecordSpace,
  type StoreLayout,
} from '@omega-tv/level';
import {
  fromStoredTitles,
  toStoredTitles,
  type StoredTitles,
  type TitleList,
} from '@omega-tv/compression';
import type {
  Cluster,
  FederationCounters,
  FederationState,
  LearningCounters,
  Tally,
  TitleRecord,
  Trend,
} from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import type {
  LearnedModel,
  LearningChange,
  ServerCounters,
  StoreChange,
} from './constellation-store.js';

export interface Head {
  /** Only in stores from before their layout was kept apart. */
  readonly layout?: number;
  readonly epoch: string;
  readonly counters: ServerCounters;
  readonly federationCounters: FederationCounters;
}

export const headRecord = singleRecord('head', v8Codec<Head>());
export const publishedRecord = singleRecord('published', v8Codec<FederationState['published']>());
export const clusterRecords = recordSpace('cluster!', v8Codec<Cluster>());
export const trendRecords = recordSpace('trend!', v8Codec<Trend>());
/** By device key. */
export const deviceRecords = recordSpace('marks!', v8Codec<DeviceRecord>());
/** Frames, in the order of their versions. */
export const snapshotRecords = recordSpace('snapshot!', v8Codec<Uint8Array>());
/** By content id. */
export const titleRecords = recordSpace('title!', v8Codec<TitleRecord>());
/** What is learned beside titles, by its name. */
export const sharedRecords = recordSpace('shared!', v8Codec<Tally>());
export const learningRecord = singleRecord('learning', v8Codec<LearningCounters>());
export const modelRecord = singleRecord('model', v8Codec<LearnedModel>());
/** In the bytes that TVs get. */
export const titlesRecord = singleRecord('titles', titlesCodec());

export const storeLayout: StoreLayout = {
  kind: 'constellation',
  layout: 2,
  unmarkedLayout: async (reader) => {
    const head = await headRecord.get(reader);
    return head === undefined ? undefined : (head.layout ?? 2);
  },
};

export function changeToOperations(change: StoreChange): readonly RecordOperation[] {
  const { epoch, counters, federationCounters, learning, titles, published, snapshots } = change;
  return [
    headRecord.put({ epoch, counters, federationCounters }),
    ...toOperations(deviceRecords, change.devices),
    ...toOperations(clusterRecords, change.clusters),
    ...toOperations(trendRecords, change.trends),
    ...(learning === undefined ? [] : toLearningOperations(learning)),
    ...(titles === undefined ? [] : [titlesRecord.put(titles)]),
    ...(published === undefined ? [] : [publishedRecord.put(published)]),
    ...(snapshots === undefined ? [] : toSnapshotOperations(snapshots)),
  ];
}

function toOperations<Value>(
  space: RecordSpace<Value>,
  changes: ReadonlyMap<string, Value | undefined>,
): readonly RecordOperation[] {
  return Array.from(changes, ([id, value]) =>
    value === undefined ? space.delete(id) : space.put(id, value),
  );
}

function toLearningOperations(change: LearningChange): readonly RecordOperation[] {
  const { counters, titles, shared, model } = change;
  return [
    learningRecord.put(counters),
    ...toOperations(titleRecords, titles),
    ...toOperations<Tally>(sharedRecords, shared),
    ...(model === undefined ? [] : [modelRecord.put({ axes: model.axes, scoring: model.scoring })]),
  ];
}

function toSnapshotOperations({
  added,
  frame,
  expired,
}: NonNullable<StoreChange['snapshots']>): readonly RecordOperation[] {
  return [
    snapshotRecords.put(idOfVersion(added.version), frame),
    ...expired.map((version) => snapshotRecords.delete(idOfVersion(version))),
  ];
}

/** Sorts as versions do. */
function idOfVersion(version: number): string {
  return String(version).padStart(16, '0');
}

/** Values as V8 clones them: floats and maps included. */
function v8Codec<Value>(): RecordCodec<Value> {
  return { encode: serialize, decode: (bytes) => deserialize(bytes) as Value };
}

function titlesCodec(): RecordCodec<TitleList> {
  const stored = v8Codec<StoredTitles>();
  return {
    encode: (list) => stored.encode(toStoredTitles(list)),
    decode: (bytes) => fromStoredTitles(stored.decode(bytes)),
  };
}
