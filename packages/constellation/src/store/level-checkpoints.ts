import { setImmediate } from 'node:timers/promises';
import type { DurableRecords, RecordOperation, RecordReader } from '@omega-tv/level';
import {
  emptyFederation,
  emptyLearning,
  type LearningState,
  type SharedItem,
  type Tally,
} from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import { deviceIdOf } from '../secrets.js';
import type { Checkpoint, CheckpointChange, CheckpointStore } from './constellation-store.js';
import { toOpenError } from './open-server-records.js';
import {
  clusterRecords,
  deviceRecords,
  headRecord,
  learningRecord,
  modelRecord,
  operationsOf,
  publishedRecord,
  sharedRecords,
  snapshotRecords,
  titleRecords,
  titlesRecord,
  trendRecords,
} from './records.js';

/** Records that are coded before pushes get their turn: a millisecond's work. */
const SLICE = 64;

/** The checkpoint among the records of a store; what changes it is one synchronous batch. */
export class LevelCheckpoints implements CheckpointStore {
  readonly #directory: string;
  readonly #records: DurableRecords;

  constructor(directory: string, records: DurableRecords) {
    this.#directory = directory;
    this.#records = records;
  }

  load(): Promise<Checkpoint | undefined> {
    return this.#records.read(load).catch((error: unknown) => {
      throw toOpenError(this.#directory, error);
    });
  }

  loadDevice(deviceKey: string): Promise<DeviceRecord | undefined> {
    return deviceRecords.get(this.#records, deviceIdOf(deviceKey));
  }

  async listDevices(after: string, limit: number): Promise<ReadonlyMap<string, DeviceRecord>> {
    const found = new Map<string, DeviceRecord>();
    for await (const [id, record] of deviceRecords.entries(this.#records, after)) {
      if (found.size === limit) break;
      found.set(id, record);
    }
    return found;
  }

  async save(change: CheckpointChange): Promise<void> {
    const operations: RecordOperation[] = [];
    for (const operation of operationsOf(change)) {
      operations.push(operation);
      if (operations.length % SLICE === 0) await setImmediate();
    }
    await this.#records.write(() => operations);
  }
}

async function load(reader: RecordReader): Promise<Checkpoint | undefined> {
  const head = await headRecord.get(reader);
  if (head === undefined) return undefined;
  const published = await publishedRecord.get(reader);
  const titles = await titlesRecord.get(reader);
  const frames = await snapshotRecords.readMap(reader);
  return {
    offset: head.offset ?? 0,
    epoch: head.epoch,
    ...(head.settings === undefined ? {} : { settings: head.settings }),
    counters: head.counters,
    federation: {
      clusters: await clusterRecords.readMap(reader),
      trends: await trendRecords.readMap(reader),
      counters: head.federationCounters,
      published: published ?? emptyFederation().published,
    },
    learning: await loadLearning(reader),
    ...(titles === undefined ? {} : { titles }),
    ...(head.merged === undefined ? {} : { merged: head.merged }),
    frames: new Map(Array.from(frames, ([version, frame]) => [Number(version), frame])),
  };
}

/** Empty in a store of a server that learned no titles. */
async function loadLearning(reader: RecordReader): Promise<LearningState> {
  const empty = emptyLearning();
  const shared = (await sharedRecords.readMap(reader)) as ReadonlyMap<SharedItem, Tally>;
  return {
    ...empty,
    ...(await modelRecord.get(reader)),
    titles: await titleRecords.readMap(reader),
    shared: new Map([...empty.shared, ...shared]),
    counters: (await learningRecord.get(reader)) ?? empty.counters,
  };
}
