import { createMemoryConstellationStore, openLevelConstellationStore } from '../../src/index.js';
import type { StoreKind } from './store-kind.js';
import { temporaryFolder } from '../support.js';

/** The engines of this package, for the conformance suites. */
export const embeddedKinds: readonly StoreKind[] = [
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
