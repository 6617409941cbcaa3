import { DurableRecords } from '../durable-records.js';
import type { StoreLayout } from '../store-layout.js';
import { IndexedDatabase } from './indexed-database.js';

export interface OpenBrowserRecordsOptions extends StoreLayout {
  /** Of the IndexedDB database; others of the origin see it under this name. */
  readonly name: string;
}

/**
 * Opens records in IndexedDB, created where there are none; one page of an origin at a time. Works
 * on insecure origins and in workers.
 * @throws SyncError `invalid-config` where another page has them open, where the database holds
 * another kind of store or a newer layout; CorruptStoreError where it cannot be read; else what
 * IndexedDB throws, as in private windows that have none.
 * @example
 * ```ts
 * import 'fake-indexeddb/auto'; // in Node; a page has its own
 * import { jsonCodec, recordSpace } from '@omega-tv/level';
 * import { openBrowserRecords } from '@omega-tv/level/browser';
 * import { Type } from 'typebox';
 *
 * const words = recordSpace('word!', jsonCodec(Type.String()));
 * const open = () => openBrowserRecords({ name: 'words', kind: 'words', layout: 1 });
 *
 * const records = await open();
 * await records.write(() => [words.put('de', 'Fernseher')]);
 * await open().catch((error: Error) => console.log(error.message.slice(0, 25)));
 * // => The store words is in use
 * await records.close();
 *
 * const again = await open();
 * console.log(await words.get(again, 'de')); // => Fernseher
 * await again.close();
 * ```
 */
export function openBrowserRecords(options: OpenBrowserRecordsOptions): Promise<DurableRecords> {
  const { name } = options;
  return DurableRecords.open({ name, database: new IndexedDatabase(name) }, options);
}
