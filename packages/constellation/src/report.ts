import { silentLogger } from '@omega-tv/types';
import type { ConstellationReport } from './constellation.js';
import { createCohortKeys } from './secrets.js';
import { openLevelConstellationStore } from './store/level-store.js';
import { neverUsed } from './store/open-server-records.js';
import { Partition } from './writer/partition.js';

/**
 * Reads what a stopped server did from its folder; changes nothing.
 * @throws SyncError `invalid-config` when the folder holds no store or a server runs on it.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 * import { Constellation, openLevelConstellationStore, readReport } from '@omega-tv/constellation';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'server-')); // yours: a folder that stays
 * const store = await openLevelConstellationStore({ directory });
 * const constellation = await Constellation.open({ store, format: createNodeV1Format() });
 * await constellation.close();
 * const { devices, version } = await readReport(directory);
 * console.log(devices, version); // => 0 0
 * await rm(directory, { recursive: true });
 * ```
 */
export async function readReport(directory: string): Promise<ConstellationReport> {
  const store = await openLevelConstellationStore({ directory, createIfMissing: false });
  try {
    if ((await store.checkpoints.load()) === undefined) throw neverUsed(directory);
    const keys = createCohortKeys();
    const { state } = await Partition.open({ store, logger: silentLogger, keys });
    return { ...state.counters, version: state.federation.published.version, epoch: state.epoch };
  } finally {
    await store.close();
  }
}
