import { deserialize, serialize } from 'node:v8';
import {
  recordSpace,
  singleRecord,
  type RecordCodec,
  type RecordOperation,
  type RecordReader,
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
import { deviceIdOf } from '../secrets.js';
import { deviceRecordCodec } from './device-record-codec.js';
import { groupEntries } from './log-records.js';
import { isRecord, type RecordKind } from './record-schemas.js';
import type { FoldSettings } from '../writer/fold-settings.js';
import type {
  CheckpointChange,
  LearnedModel,
  LearningChange,
  ServerCounters,
} from './constellation-store.js';

export interface Head {
  /** Only in stores from before their layout was kept apart. */
  readonly layout?: number;
  /** Of the log; absent in stores from before there was one. */
  readonly offset?: number;
  readonly settings?: FoldSettings;
  readonly epoch: string;
  readonly counters: ServerCounters;
  readonly federationCounters: FederationCounters;
  readonly merged?: ReadonlyMap<string, number>;
}

export const headRecord = singleRecord('head', v8Codec<Head>('head'));
export const publishedRecord = singleRecord(
  'published',
  v8Codec<FederationState['published']>('published'),
);
export const clusterRecords = recordSpace('cluster!', v8Codec<Cluster>('cluster'));
export const trendRecords = recordSpace('trend!', v8Codec<Trend>('trend'));
/** By the first 132 bits of the device's key, see `deviceIdOf`. */
export const deviceRecords = recordSpace('d!', deviceRecordCodec);
/** Of layouts before 3, by device key. */
const formerDeviceRecords = recordSpace('marks!', v8Codec<DeviceRecord>('device'));
/** Frames, in the order of their versions. */
export const snapshotRecords = recordSpace('snapshot!', v8Codec<Uint8Array>('snapshot'));
/** By content id. */
export const titleRecords = recordSpace('title!', v8Codec<TitleRecord>('title'));
/** What is learned beside titles, by its name. */
export const sharedRecords = recordSpace('shared!', v8Codec<Tally>('shared'));
export const learningRecord = singleRecord('learning', v8Codec<LearningCounters>('learning'));
export const modelRecord = singleRecord('model', v8Codec<LearnedModel>('model'));
/** In the bytes that TVs get. */
export const titlesRecord = singleRecord('titles', titlesCodec());

/**
 * From layout 3 on there is a log beside the records, and devices take a few bytes each; from 4 on the
 * log's entries lie in groups.
 */
export const storeLayout: StoreLayout = {
  kind: 'constellation',
  layout: 4,
  unmarkedLayout: async (reader) => {
    const head = await headRecord.get(reader);
    return head === undefined ? undefined : (head.layout ?? 2);
  },
  migrations: { 2: moveDevices, 3: groupEntries },
};

const MOVED_AT_ONCE = 256;

/** Each batch moves whole records, so that what a crash left is moved when it goes on. */
async function* moveDevices(reader: RecordReader): AsyncIterable<readonly RecordOperation[]> {
  const head = await headRecord.get(reader);
  let batch: RecordOperation[] = [];
  for await (const [key, record] of formerDeviceRecords.entries(reader)) {
    batch.push(formerDeviceRecords.delete(key), deviceRecords.put(deviceIdOf(key), record));
    if (batch.length < 2 * MOVED_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (head === undefined) yield batch;
  else {
    const { layout: _, ...rest } = head;
    yield [...batch, headRecord.put({ offset: 0, ...rest })];
  }
}

/** Made one by one, as they are asked for: each takes the time that coding its record takes. */
export function* operationsOf(change: CheckpointChange): Iterable<RecordOperation> {
  const { offset, epoch, settings, counters, federationCounters, merged } = change;
  const { learning, titles, published, frames } = change;
  const head = { offset, epoch, counters, federationCounters };
  yield headRecord.put({
    ...head,
    ...(settings === undefined ? {} : { settings }),
    ...(merged === undefined ? {} : { merged }),
  });
  yield* toOperations(deviceRecords, withIds(change.devices));
  yield* toOperations(clusterRecords, change.clusters);
  yield* toOperations(trendRecords, change.trends);
  if (learning !== undefined) yield* toLearningOperations(learning);
  if (titles !== undefined) yield titlesRecord.put(titles);
  if (published !== undefined) yield publishedRecord.put(published);
  yield* toOperations(
    snapshotRecords,
    new Map(Array.from(frames, ([version, frame]) => [idOfVersion(version), frame])),
  );
}

function withIds(
  devices: CheckpointChange['devices'],
): ReadonlyMap<string, DeviceRecord | undefined> {
  return new Map(Array.from(devices, ([key, record]) => [deviceIdOf(key), record]));
}

function* toOperations<Value>(
  space: RecordSpace<Value>,
  changes: ReadonlyMap<string, Value | undefined>,
): Iterable<RecordOperation> {
  for (const [id, value] of changes) {
    yield value === undefined ? space.delete(id) : space.put(id, value);
  }
}

function* toLearningOperations(change: LearningChange): Iterable<RecordOperation> {
  const { counters, titles, shared, model } = change;
  yield learningRecord.put(counters);
  yield* toOperations(titleRecords, titles);
  yield* toOperations<Tally>(sharedRecords, shared);
  if (model !== undefined) yield modelRecord.put({ axes: model.axes, scoring: model.scoring });
}

/** Sorts as versions do. */
function idOfVersion(version: number): string {
  return String(version).padStart(16, '0');
}

/** Values as V8 clones them: floats and maps included. @throws TypeError for what is no such record. */
function v8Codec<Value>(kind: RecordKind): RecordCodec<Value> {
  return {
    encode: serialize,
    decode: (bytes) => {
      const value: unknown = deserialize(bytes);
      if (!isRecord(kind, value)) throw new TypeError(`no record of the kind ${kind}`);
      return value as Value;
    },
  };
}

function titlesCodec(): RecordCodec<TitleList> {
  return {
    encode: (list) => serialize(toStoredTitles(list)),
    // What it says is read as TVs read it.
    decode: (bytes) => fromStoredTitles(deserialize(bytes) as StoredTitles),
  };
}
