import {
  createMemoryConstellationStore,
  openLevelConstellationStore,
  type ConstellationStore,
} from '../src/index.js';
import { temporaryFolder } from './support.js';

interface Kind {
  readonly name: string;
  readonly open: () => Promise<{
    readonly store: ConstellationStore;
    /** The same store as the next process would find it; the memory store has no next process. */
    readonly reopen: (store: ConstellationStore) => Promise<ConstellationStore>;
  }>;
}

/** What passes the conformance suites. */
export const kinds: readonly Kind[] = [
  {
    name: 'memory',
    open: () =>
      Promise.resolve({
        store: createMemoryConstellationStore(),
        reopen: (store) => Promise.resolve(store),
      }),
  },
  {
    name: 'level',
    open: async () => {
      const directory = await temporaryFolder();
      return {
        store: await openLevelConstellationStore({ directory }),
        reopen: async (store) => {
          await store.close();
          return openLevelConstellationStore({ directory, createIfMissing: false });
        },
      };
    },
  },
];
