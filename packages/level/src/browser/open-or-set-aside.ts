import { openOrRecover, type OpenedStore, type RecoveryOptions } from '../open-or-recover.js';
import { moveRecords } from './indexed-database.js';

export interface OpenBrowserStoreOptions<Store> extends RecoveryOptions<Store> {
  /** Of the IndexedDB database. */
  readonly name: string;
  /**
   * Opens the store in the database and reads all of it.
   * @throws CorruptStoreError when it cannot be read; SyncError when it is not to be used.
   */
  readonly open: (name: string) => Promise<Store>;
}

/**
 * Opens a store such that a corrupt database, a full disk or a private window without IndexedDB
 * never stops a TV from starting; `outcome` says what happened.
 * @throws SyncError `invalid-config` when another page has the store open, or it is of another kind
 * or a newer layout.
 * @example
 * ```ts
 * import 'fake-indexeddb/auto'; // in Node; a page has its own
 * import { openMemoryRecords } from '@omega-tv/level/memory';
 * import { openBrowserOrSetAside, openBrowserRecords } from '@omega-tv/level/browser';
 *
 * const layout = { kind: 'notes', layout: 1 };
 * const fallback = await openMemoryRecords(layout);
 * const { store, outcome } = await openBrowserOrSetAside({
 *   name: 'notes',
 *   open: (name) => openBrowserRecords({ ...layout, name }),
 *   createInMemory: () => fallback,
 * });
 * console.log(outcome); // => opened
 * await store.close();
 * ```
 */
export function openBrowserOrSetAside<Store>(
  options: OpenBrowserStoreOptions<Store>,
): Promise<OpenedStore<Store>> {
  const { name, open } = options;
  return openOrRecover({
    ...options,
    place: name,
    open: () => open(name),
    setAside: (to) => moveRecords(name, to),
  });
}
