import { writeBackupFile } from './backup-file.js';
import { backupEntriesOf } from './backup-entry.js';
import { withStoppedServer } from './stopped-server.js';

/**
 * Writes what a stopped server holds into a file that is there whole or not at all, for its owner
 * alone. Cohorts that have not closed stay out, and so does what was published: it is published anew.
 * @throws SyncError `invalid-config` when the folder holds no store or a server runs on it; else what
 * the file system throws.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 * import {
 *   backupStore,
 *   Constellation,
 *   openLevelConstellationStore,
 *   readReport,
 *   restoreStore,
 * } from '@omega-tv/constellation';
 *
 * const folder = await mkdtemp(path.join(tmpdir(), 'server-')); // yours: folders that stay
 * const [directory, copy] = [path.join(folder, 'store'), path.join(folder, 'copy')];
 * const store = await openLevelConstellationStore({ directory });
 * await (await Constellation.open({ store, format: createNodeV1Format() })).close();
 *
 * const file = path.join(folder, 'store.backup');
 * await backupStore(directory, file);
 * await restoreStore(file, copy);
 * const [before, after] = [await readReport(directory), await readReport(copy)];
 * console.log(after.devices === before.devices, after.epoch === before.epoch); // => true false
 * await rm(folder, { recursive: true });
 * ```
 */
export async function backupStore(directory: string, file: string): Promise<void> {
  await withStoppedServer(directory, ({ records }) =>
    writeBackupFile(file, backupEntriesOf(records)),
  );
}
