import 'fake-indexeddb/auto';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { MemoryLevel } from 'memory-level';
import { describe, it } from '@jest/globals';
import { temporaryFolder } from '@omega-tv/test-support';
import { openBrowserRecords } from '../src/browser/index.js';
import { DurableRecords } from '../src/index.js';
import { openRecords } from '../src/node/index.js';
import { conformanceCases, type RecordsPlace } from './records-conformance.js';

const places: Readonly<Record<string, () => Promise<RecordsPlace>>> = {
  'in memory': () => {
    const database = new MemoryLevel<Uint8Array, Uint8Array>({
      keyEncoding: 'view',
      valueEncoding: 'view',
      storeEncoding: 'view',
    });
    const source = { name: 'in memory', database };
    return Promise.resolve({ open: (layout) => DurableRecords.open(source, layout) });
  },
  'in IndexedDB': () => {
    const name = randomUUID();
    return Promise.resolve({ open: (layout) => openBrowserRecords({ ...layout, name }) });
  },
  'in a folder': async () => {
    const directory = path.join(await temporaryFolder(), 'records');
    return { open: (layout) => openRecords({ ...layout, directory }) };
  },
};

describe.each(Object.keys(places))('records %s', (name) => {
  it.each(conformanceCases)('$name', async ({ run }) => {
    await run(await places[name]!());
  });
});
