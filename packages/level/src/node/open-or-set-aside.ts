import { rename } from 'node:fs/promises';
import { SyncError } from '@omega-tv/types';
import { openOrRecover, type OpenedStore, type RecoveryOptions } from '../open-or-recover.js';
import { reasonOf } from '../reason.js';

export type { OpenedStore } from '../open-or-recover.js';

export interface OpenOrSetAsideOptions<Store> extends RecoveryOptions<Store> {
  readonly directory: string;
  /**
   * Opens the store in the folder and reads all of it.
   * @throws CorruptStoreError when it cannot be read; SyncError when it is not to be used.
   */
  readonly open: (directory: string) => Promise<Store>;
  /** False for who only reads: then a store that cannot be used is an error. Default: true. */
  readonly recover?: boolean;
}

/**
 * Opens a store such that a corrupt folder or a full disk never stops a TV from starting; `outcome`
 * says what happened.
 * @throws SyncError `invalid-config` when another process has the store open, or it is of another
 * kind or a newer layout, and for any other fault where `recover` is false.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { openMemoryRecords } from '@omega-tv/level/memory';
 * import { openOrSetAside, openRecords } from '@omega-tv/level/node';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'notes-')); // yours: a folder that stays
 * const layout = { kind: 'notes', layout: 1 };
 * const fallback = await openMemoryRecords(layout);
 * const { store, outcome } = await openOrSetAside({
 *   directory,
 *   open: () => openRecords({ ...layout, directory }),
 *   createInMemory: () => fallback,
 * });
 * console.log(outcome); // => opened
 * await store.close();
 * await rm(directory, { recursive: true });
 * ```
 */
export function openOrSetAside<Store>(
  options: OpenOrSetAsideOptions<Store>,
): Promise<OpenedStore<Store>> {
  const { directory, open, recover = true } = options;
  return openOrRecover({
    ...options,
    place: directory,
    open: () => open(directory),
    setAside: (to) => rename(directory, to),
    refuse: recover ? undefined : (cause) => unusable(directory, cause),
  });
}

function unusable(directory: string, cause: unknown): SyncError<'invalid-config'> {
  return new SyncError(
    'invalid-config',
    `The store ${directory} cannot be used (${reasonOf(cause)})`,
    { field: 'directory' },
    { cause },
  );
}
