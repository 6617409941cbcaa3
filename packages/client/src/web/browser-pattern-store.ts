import type { ClientFormat } from '@omega-tv/compression';
import {
  openBrowserOrSetAside,
  openBrowserRecords,
  type OpenBrowserStoreOptions,
  type OpenedStore,
} from '@omega-tv/level/browser';
import {
  createUncountedPatternStore,
  DurablePatternStore,
  type CountedPatternStore,
} from '../records/durable-pattern-store.js';
import { frameReader } from '../records/frame-reader.js';
import { tvPatternsLayout } from '../records/tv-patterns-layout.js';

/** A TV's store in IndexedDB. */
export type BrowserPatternStore = CountedPatternStore;

export interface BrowserPatternStoreOptions extends Pick<
  OpenBrowserStoreOptions<BrowserPatternStore>,
  'clock' | 'logger'
> {
  /** Of the IndexedDB database. Default: `omega-tv`. */
  readonly name?: string;
  /** The one of the client: reads the frames that the store holds. */
  readonly format: Pick<ClientFormat, 'decodeSnapshot'>;
}

/**
 * Opens the store of a TV whose app is a page; one page of the origin at a time. A corrupt store, a
 * full disk or a private window without IndexedDB never stops the TV from starting; `outcome` says
 * what happened.
 * @throws SyncError `invalid-config` when another page has the store open (`openWhenFree` waits for
 * it), when the database holds something else, or when a newer release wrote it.
 * @example
 * ```ts
 * import 'fake-indexeddb/auto'; // in Node; a page has its own
 * import { createNodeV2Format } from '@omega-tv/compression/node'; // a page: loadV2Format
 * import { openBrowserPatternStore } from '@omega-tv/client/web';
 *
 * const format = createNodeV2Format();
 * const { store, outcome } = await openBrowserPatternStore({ format });
 * console.log(outcome); // => opened
 * await store.close();
 * ```
 */
export function openBrowserPatternStore(
  options: BrowserPatternStoreOptions,
): Promise<OpenedStore<BrowserPatternStore>> {
  const { name = 'omega-tv', format } = options;
  return openBrowserOrSetAside<BrowserPatternStore>({
    ...options,
    name,
    open: async (database) =>
      DurablePatternStore.open(await openBrowserRecords({ ...tvPatternsLayout, name: database }), {
        readFrame: frameReader(format),
      }),
    createInMemory: createUncountedPatternStore,
  });
}
