import 'fake-indexeddb/auto';
import { randomUUID } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import { syncErrorOf } from '@omega-tv/test-support';
import { openBrowserOrSetAside, openBrowserRecords } from '../src/browser/index.js';
import { IndexedDatabase } from '../src/browser/indexed-database.js';
import { bytesCodec, type DurableRecords, recordSpace, singleRecord } from '../src/index.js';
import { openMemoryRecords } from '../src/memory/index.js';

const layout = { kind: 'test', layout: 1 };
const only = singleRecord('only', bytesCodec);
const many = recordSpace('many!', bytesCodec);

const open = (name: string) => openBrowserRecords({ ...layout, name });

/** As another page that takes the database while this one is frozen and cannot answer. */
async function takeOver(name: string): Promise<DurableRecords> {
  const { BroadcastChannel } = globalThis;
  Reflect.deleteProperty(globalThis, 'BroadcastChannel');
  try {
    return await open(name);
  } finally {
    Object.assign(globalThis, { BroadcastChannel });
  }
}

describe('a database of a page', () => {
  it('is one page’s at a time, and says so', async () => {
    const name = randomUUID();
    const records = await open(name);
    const error = await syncErrorOf(open(name));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'name' } });
    expect(error.message).toContain('is in use by another page');
    await records.write(() => [only.put(Uint8Array.of(1))]);
    await records.close();
    const next = await open(name);
    expect(await only.get(next)).toEqual(Uint8Array.of(1));
    await next.close();
  });

  it('is not written any more by a page that lost it, however late it wakes up', async () => {
    const name = randomUUID();
    const frozen = await open(name);
    await frozen.write(() => [only.put(Uint8Array.of(1))]);
    const taker = await takeOver(name);
    await taker.write(() => [only.put(Uint8Array.of(2))]);

    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await syncErrorOf(frozen.write(() => [only.put(Uint8Array.of(3))]));
      expect(error.message).toContain('is in use by another page');
    }
    await taker.close();
    // What it knows is outdated, so not even now.
    await syncErrorOf(frozen.write(() => [only.put(Uint8Array.of(3))]));
    await frozen.close();
    const next = await open(name);
    expect(await only.get(next)).toEqual(Uint8Array.of(2));
    await next.close();
  });

  it('is left alone by a page whose database was deleted meanwhile', async () => {
    const name = randomUUID();
    const records = await open(name);
    await records.write(() => [only.put(Uint8Array.of(1))]);
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.onsuccess = resolve;
      request.onerror = reject;
    });
    await expect(records.write(() => [only.put(Uint8Array.of(2))])).rejects.toThrow();
    await expect(records.write(() => [only.put(Uint8Array.of(2))])).rejects.toThrow();
    await records.close();
    const next = await open(name);
    expect(await only.get(next)).toBeUndefined();
    await next.close();
  });

  it('keeps what it had when a write fails, says why, and can be written again', async () => {
    const records = await open(randomUUID());
    await records.write(() => [only.put(Uint8Array.of(1))]);
    const put = jest.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError');
    });
    try {
      const failing = records.write(() => [only.put(Uint8Array.of(2))]);
      await expect(failing).rejects.toMatchObject({ name: 'QuotaExceededError' });
    } finally {
      put.mockRestore();
    }
    expect(await only.get(records)).toEqual(Uint8Array.of(1));
    await records.write(() => [only.put(Uint8Array.of(3))]);
    expect(await only.get(records)).toEqual(Uint8Array.of(3));
    await records.close();
  });

  it('is read in pages, each record once', async () => {
    const records = await open(randomUUID());
    const ids = Array.from({ length: 600 }, (_, i) => String(i).padStart(4, '0'));
    await records.write(() => ids.map((id) => many.put(id, new Uint8Array(3))));
    const found: string[] = [];
    for await (const [id] of many.entries(records)) found.push(id);
    expect(found).toEqual(ids);
    await records.close();
  });
});

describe('opening a store of a page', () => {
  const options = (name: string) => ({
    name,
    clock: { nowMs: () => 77 },
    open: async (at: string) => {
      const records = await open(at);
      await only.get(records).catch(async (error: unknown) => {
        await records.close();
        throw error;
      });
      return records;
    },
  });

  it('sets a corrupt one aside, whole, and begins a new one', async () => {
    const name = randomUUID();
    await (await open(name)).close();
    const database = new IndexedDatabase(name);
    await database.open();
    const key = new TextEncoder().encode('only');
    await database.batch([{ type: 'put', key, value: new Uint8Array(9) }]);
    await database.close();

    const fallback = await openMemoryRecords(layout);
    const opened = await openBrowserOrSetAside({
      ...options(name),
      createInMemory: () => fallback,
    });
    expect(opened).toMatchObject({ outcome: 'set-aside', setAsideTo: `${name}.corrupt-77` });
    expect(await only.get(opened.store)).toBeUndefined();
    await opened.store.close();
    const aside = new IndexedDatabase(`${name}.corrupt-77`);
    await aside.open();
    expect(await aside.get(key)).toEqual(new Uint8Array(9));
    await aside.close();
  });

  it('goes on in memory where a page has no IndexedDB', async () => {
    const { indexedDB } = globalThis;
    Reflect.deleteProperty(globalThis, 'indexedDB');
    try {
      const fallback = await openMemoryRecords(layout);
      const { outcome, store } = await openBrowserOrSetAside({
        ...options('none'),
        createInMemory: () => fallback,
      });
      expect(outcome).toBe('memory-only');
      expect(store).toBe(fallback);
    } finally {
      Object.assign(globalThis, { indexedDB });
    }
  });
});
