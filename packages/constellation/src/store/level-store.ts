import type { DurableRecords, RecordReader, RecordSpace } from '@omega-tv/level';
import {
  emptyFederation,
  emptyLearning,
  type LearningState,
  type SharedItem,
  type Tally,
} from '@omega-tv/federation';
import type { ConstellationStore, StoreChange, StoredServer } from './constellation-store.js';
import {
  openServerRecords,
  toOpenError,
  type LevelConstellationStoreOptions,
} from './open-server-records.js';
import {
  changeToOperations,
  clusterRecords,
  deviceRecords,
  headRecord,
  learningRecord,
  modelRecord,
  publishedRecord,
  sharedRecords,
  snapshotRecords,
  titleRecords,
  titlesRecord,
  trendRecords,
} from './records.js';

/**
 * Opens the embedded single-node store: LevelDB, one process a folder, each commit one synchronous
 * batch.
 * @throws SyncError `invalid-config` when the folder is missing, in use, or not readable as a store.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { openLevelConstellationStore } from '@omega-tv/constellation';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'server-')); // yours: a folder that stays
 * const store = await openLevelConstellationStore({ directory });
 * console.log(await store.load()); // => undefined
 * await store.close();
 * await rm(directory, { recursive: true });
 * ```
 */
export async function openLevelConstellationStore(
  options: LevelConstellationStoreOptions,
): Promise<ConstellationStore> {
  return new LevelConstellationStore(options.directory, await openServerRecords(options));
}

class LevelConstellationStore implements ConstellationStore {
  readonly #directory: string;
  readonly #records: DurableRecords;

  constructor(directory: string, records: DurableRecords) {
    this.#directory = directory;
    this.#records = records;
  }

  load(): Promise<StoredServer | undefined> {
    return this.#records.read(load).catch((error: unknown) => {
      throw toOpenError(this.#directory, error);
    });
  }

  loadDevice(deviceKey: string) {
    return deviceRecords.get(this.#records, deviceKey);
  }

  commit(change: StoreChange): Promise<void> {
    return this.#records.write(() => changeToOperations(change));
  }

  close(): Promise<void> {
    return this.#records.close();
  }
}

async function load(reader: RecordReader): Promise<StoredServer | undefined> {
  const head = await headRecord.get(reader);
  if (head === undefined) return undefined;
  const published = await publishedRecord.get(reader);
  const titles = await titlesRecord.get(reader);
  return {
    epoch: head.epoch,
    counters: head.counters,
    federation: {
      clusters: await loadMap(reader, clusterRecords),
      trends: await loadMap(reader, trendRecords),
      counters: head.federationCounters,
      published: published ?? emptyFederation().published,
    },
    learning: await loadLearning(reader),
    ...(titles === undefined ? {} : { titles }),
    frames: [...(await loadMap(reader, snapshotRecords)).values()],
  };
}

/** Empty in a store of a server that learned no titles. */
async function loadLearning(reader: RecordReader): Promise<LearningState> {
  const empty = emptyLearning();
  const shared = (await loadMap(reader, sharedRecords)) as ReadonlyMap<SharedItem, Tally>;
  return {
    ...empty,
    ...(await modelRecord.get(reader)),
    titles: await loadMap(reader, titleRecords),
    shared: new Map([...empty.shared, ...shared]),
    counters: (await learningRecord.get(reader)) ?? empty.counters,
  };
}

async function loadMap<Value>(
  reader: RecordReader,
  space: RecordSpace<Value>,
): Promise<ReadonlyMap<string, Value>> {
  const map = new Map<string, Value>();
  for await (const [id, value] of space.entries(reader)) map.set(id, value);
  return map;
}
