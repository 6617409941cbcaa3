import path from 'node:path';
import { createMemoryPatternStore } from '../src/index.js';
import { openLevelPatternStore } from '../src/node/index.js';
import { describePatternStore } from './pattern-store-conformance.js';
import { clock, temporaryFolder } from './support.js';

describePatternStore('the memory store', () =>
  Promise.resolve({
    store: createMemoryPatternStore(),
    reopen: (store) => Promise.resolve(store),
  }),
);

describePatternStore('the level store', async () => {
  const directory = path.join(await temporaryFolder(), 'store');
  const open = async () => (await openLevelPatternStore({ directory, clock })).store;
  return {
    store: await open(),
    reopen: async (store) => {
      await store.close();
      return open();
    },
  };
});
