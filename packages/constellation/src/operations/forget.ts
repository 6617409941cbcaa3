import { SyncError } from '@omega-tv/types';
import { deviceKeysOf } from '../auth/caller.js';
import { withStoppedServer } from './stopped-server.js';

/**
 * Removes the record of one device from the store of a stopped server: marks, positions, activity.
 * What it contributed to sums stays, for nobody can tell it apart there; its keyed hash leaves an
 * open cohort when that closes.
 * @throws SyncError `invalid-config` when no device of this id is known there, when the folder holds
 * no store, or a server runs on it.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 * import { Constellation, forgetDevice, openLevelConstellationStore } from '@omega-tv/constellation';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'server-')); // yours: a folder that stays
 * const store = await openLevelConstellationStore({ directory });
 * const format = createNodeV1Format();
 * const constellation = await Constellation.open({ store, format });
 * const timestamp = '2026-11-22T10:00:00Z';
 * const delta = { deviceId: 'kitchen', patterns: [], version: 1, timestamp };
 * await constellation.sync((await format.encodeDelta(delta)).bytes);
 * await constellation.close();
 *
 * await forgetDevice(directory, 'kitchen');
 * const again = await forgetDevice(directory, 'kitchen').catch((error) => error.code);
 * console.log(again); // => invalid-config
 * await rm(directory, { recursive: true });
 * ```
 */
export async function forgetDevice(directory: string, deviceId: string): Promise<void> {
  await withStoppedServer(directory, async ({ records, partition }) => {
    const deviceKeys = deviceKeysOf(deviceId);
    const known = await Promise.all(deviceKeys.map((key) => partition.deviceOf(key)));
    if (known.every((record) => record === undefined)) {
      const message = `The store ${directory} knows no device ${JSON.stringify(deviceId)}`;
      throw new SyncError('invalid-config', message, { field: 'deviceId' });
    }
    await partition.inTurn(() => partition.step({ kind: 'forgotten', deviceKeys }));
    await partition.checkpoint();
    await records.compact();
  });
}
