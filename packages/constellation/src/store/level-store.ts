import type { DurableRecords } from '@omega-tv/level';
import type { DeltaLog } from '../log/delta-log.js';
import { LevelLog } from '../log/level-log.js';
import type { CheckpointStore, ConstellationStore } from './constellation-store.js';
import { LevelCheckpoints } from './level-checkpoints.js';
import { openServerRecords, type LevelConstellationStoreOptions } from './open-server-records.js';

/**
 * Opens the embedded single-node store: LevelDB, one process a folder, each append and each checkpoint
 * one synchronous batch.
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
 * console.log(await store.checkpoints.load()); // => undefined
 * await store.close();
 * await rm(directory, { recursive: true });
 * ```
 */
export async function openLevelConstellationStore(
  options: LevelConstellationStoreOptions,
): Promise<ConstellationStore> {
  return new LevelConstellationStore(options.directory, await openServerRecords(options));
}

/** A store among the records of a folder. */
export class LevelConstellationStore implements ConstellationStore {
  readonly log: DeltaLog;
  readonly checkpoints: CheckpointStore;
  readonly #records: DurableRecords;

  constructor(directory: string, records: DurableRecords) {
    this.log = new LevelLog(records);
    this.checkpoints = new LevelCheckpoints(directory, records);
    this.#records = records;
  }

  compact(): Promise<void> {
    return this.#records.compact();
  }

  close(): Promise<void> {
    return this.#records.close();
  }
}
