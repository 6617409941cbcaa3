import 'fake-indexeddb/auto';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createNodeV2Format } from '@omega-tv/compression/node';
import { createMemoryPatternStore } from '../src/index.js';
import { openLevelPatternStore } from '../src/node/index.js';
import { openBrowserPatternStore } from '../src/web/index.js';
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

describePatternStore('the store of a page', async () => {
  const format = createNodeV2Format();
  const name = randomUUID();
  const open = async () => (await openBrowserPatternStore({ name, format, clock })).store;
  return {
    store: await open(),
    reopen: async (store) => {
      await store.close();
      return open();
    },
  };
});
