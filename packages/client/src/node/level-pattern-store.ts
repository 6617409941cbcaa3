import {
  openOrSetAside,
  openRecords,
  type OpenedStore,
  type OpenOrSetAsideOptions,
} from '@omega-tv/level/node';
import {
  createUncountedPatternStore,
  DurablePatternStore,
  type CountedPatternStore,
} from '../records/durable-pattern-store.js';
import { readMiniLmFrame } from './read-frame.js';
import { patternStoreLayout } from './store-layouts.js';

/** A TV's store in a folder. */
export type LevelPatternStore = CountedPatternStore;

export type LevelPatternStoreOptions = Pick<
  OpenOrSetAsideOptions<LevelPatternStore>,
  'directory' | 'clock' | 'logger' | 'recover'
>;

/**
 * Opens the store of a TV in a folder, created where it does not exist; one process at a time. A
 * corrupt store or a full disk never stops the TV from starting; `outcome` says what happened.
 * @throws SyncError `invalid-config` when another process has the store open, when the folder holds
 * another kind of store, or when a newer release wrote it.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { openLevelPatternStore } from '@omega-tv/client/node';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'tv-')); // yours: a folder that stays
 * const { store, outcome } = await openLevelPatternStore({ directory });
 * console.log(outcome); // => opened
 * await store.close();
 * await rm(directory, { recursive: true });
 * ```
 */
export function openLevelPatternStore(
  options: LevelPatternStoreOptions,
): Promise<OpenedStore<LevelPatternStore>> {
  const logging = options.logger === undefined ? {} : { logger: options.logger };
  return openOrSetAside<LevelPatternStore>({
    ...options,
    open: async (directory) =>
      DurablePatternStore.open(
        await openRecords({ ...patternStoreLayout, directory, lostWrites: 'mark' }),
        { readFrame: readMiniLmFrame, ...logging },
      ),
    createInMemory: createUncountedPatternStore,
  });
}
