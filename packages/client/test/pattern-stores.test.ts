import 'fake-indexeddb/auto';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createNodeV2Format } from '@omega-tv/compression/node';
import { createMemoryPatternStore, type PatternStore } from '../src/index.js';
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

// The program in examples/, as its reader runs it: with the client that is built.
describePatternStore('the store of the examples', async () => {
  const url = new URL('../../../examples/custom-store/file-store.mjs', import.meta.url);
  const { openFileStore } = (await import(url.href)) as {
    readonly openFileStore: (file: string) => Promise<PatternStore>;
  };
  const file = path.join(await temporaryFolder(), 'store');
  return {
    store: await openFileStore(file),
    reopen: async (store) => {
      await store.close();
      return openFileStore(file);
    },
  };
});
