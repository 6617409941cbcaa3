import { CorruptStoreError, DurableRecords, type RecordsSource } from '@omega-tv/level';
import { isSyncError } from '@omega-tv/types';
import type { CheckpointStore } from './constellation-store.js';
import { LevelCheckpoints } from './level-checkpoints.js';
import { toOpenError } from './open-server-records.js';
import { storeLayout } from './records.js';

/** Checkpoints that lie in a database of another engine, as the embedded one keeps them. */
export interface OpenedCheckpoints {
  readonly checkpoints: CheckpointStore;
  /** What the checkpoint is made of. */
  readonly records: DurableRecords;
  /** As `ConstellationStore.compact`. */
  readonly compact: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Opens the records of a server in whatever database: each checkpoint is one batch there.
 * @throws SyncError `invalid-config` where it holds something else, or a record cannot be read; else what the
 * database throws.
 */
export async function openCheckpoints(source: RecordsSource): Promise<OpenedCheckpoints> {
  try {
    const records = await DurableRecords.open(source, storeLayout);
    return {
      checkpoints: new LevelCheckpoints(source.name, records),
      records,
      compact: () => records.compact(),
      close: () => records.close(),
    };
  } catch (error) {
    // What the other engine's network throws says nothing of the records.
    const isOfRecords = error instanceof CorruptStoreError || isSyncError(error);
    throw isOfRecords ? toOpenError(source.name, error) : error;
  }
}
