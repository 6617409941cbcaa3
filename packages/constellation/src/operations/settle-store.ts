import { silentLogger } from '@omega-tv/types';
import type { ConstellationReport } from '../constellation.js';
import { createCohortKeys } from '../secrets.js';
import type { ConstellationStore } from '../store/constellation-store.js';
import type { FoldSettings } from '../writer/fold-settings.js';
import type { ReadLog } from '../writer/learn-records.js';
import { Merging } from '../writer/merging.js';
import { Partition } from '../writer/partition.js';

export interface SettleOptions {
  /** Reads the logs of Constellations that follow this one. */
  readonly readLog?: ReadLog;
  /** Whose logs are learned, to their ends. Default: none. */
  readonly sources?: Iterable<string>;
  /** What they are learned with where no server has ever run on this store. */
  readonly settings?: FoldSettings;
}

/**
 * Brings all that the log of a store holds, and what it has not learned yet of others, into its
 * checkpoint; says what the server did. For a store that no server runs on, or a copy of one.
 * @throws SyncError `invalid-config` where entries are missing; else what the store throws.
 */
export async function settleStore(
  store: ConstellationStore,
  { readLog, sources = [], settings }: SettleOptions = {},
): Promise<ConstellationReport> {
  const keys = createCohortKeys();
  const partition = await Partition.open({
    ...{ store, logger: silentLogger, keys },
    ...(readLog === undefined ? {} : { readLog }),
  });
  if (settings !== undefined && partition.state.settings === undefined) {
    await partition.inTurn(() => partition.step({ kind: 'settings', settings }));
  }
  const merging = readLog && new Merging({ partition, keys, readLog });
  for (const source of sources) await merging?.merge(source);
  // One that was under way may have begun before the last step.
  do await partition.checkpoint();
  while (partition.logEntries > 0);
  const { counters, federation, epoch } = partition.state;
  return { ...counters, version: federation.published.version, epoch };
}
