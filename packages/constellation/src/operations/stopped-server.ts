import type { DurableRecords } from '@omega-tv/level';
import { silentLogger } from '@omega-tv/types';
import { createCohortKeys } from '../secrets.js';
import { LevelConstellationStore } from '../store/level-store.js';
import { neverUsed, withServerRecords } from '../store/open-server-records.js';
import { headRecord } from '../store/records.js';
import { Partition } from '../writer/partition.js';

/** A server that does not run: what it holds, the log folded. */
export interface StoppedServer {
  readonly records: DurableRecords;
  readonly partition: Partition;
}

/**
 * Runs `work` on the store of a stopped server, of which a checkpoint was made. It is closed after.
 * @throws SyncError `invalid-config` when the folder holds no store or a server runs on it.
 */
export function withStoppedServer<Result>(
  directory: string,
  work: (server: StoppedServer) => Promise<Result>,
): Promise<Result> {
  return withServerRecords(directory, async (records) => {
    if ((await headRecord.get(records)) === undefined) throw neverUsed(directory);
    const store = new LevelConstellationStore(directory, records);
    const keys = createCohortKeys();
    const partition = await Partition.open({ store, logger: silentLogger, keys });
    await partition.checkpoint();
    return work({ records, partition });
  });
}
