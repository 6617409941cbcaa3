import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import { createTextStart } from '@omega-tv/federation';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { createMemoryPatternStore, sampleBooks, type PatternStore } from '../src/index.js';
import { openLevelPatternStore } from '../src/node/index.js';
import type { Transport } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';
import { clock, realPattern, temporaryFolder } from './support.js';
import { openServer, openTv } from './v2/support.js';

const catalogue = loadCatalogue();
const textStart = createTextStart(readMiniLmCodebook());
const titles = { catalogue, textStart, areShared: true, reportSpreadMs: 0 } as const;
const down = new SyncError('http', 'down', { reason: 'reset' }, { retryable: true });

/** All bytes of the files in a folder, in one. */
async function bytesIn(directory: string): Promise<Buffer> {
  const names = await readdir(directory);
  return Buffer.concat(
    await Promise.all(names.map((name) => readFile(path.join(directory, name)))),
  );
}

function floatsOf(index: number): Buffer {
  const { buffer } = realPattern(index).embedding;
  return Buffer.from(buffer).subarray(40, 80);
}

/** Loses the answers to pushes, which the server has counted. */
function losing(inner: Transport): Transport & { loses: 'nothing' | 'requests' | 'answers' } {
  const line = {
    loses: 'nothing' as 'nothing' | 'requests' | 'answers',
    request: async (request: Parameters<Transport['request']>[0]) => {
      const isPush = request.method === 'POST';
      if (isPush && line.loses === 'requests') throw down;
      const answer = await inner.request(request);
      if (isPush && line.loses === 'answers') throw down;
      return answer;
    },
  };
  return line;
}

const books = async (store: PatternStore) =>
  sampleBooks(await store.loadSyncState(), await store.skillList(1000, 'learned'));

describe('a profile that is forgotten (rule 5.11)', () => {
  it('leaves no byte in the files of the store; the others are whole', async () => {
    const { transport } = await openServer();
    const line = losing(transport);
    const directory = path.join(await temporaryFolder(), 'store');
    const opened = await openLevelPatternStore({ directory, clock });
    const tv = await openTv(line, { store: opened.store, titles });
    const anna = { profile: 'anna-7f3k' };
    await tv.store.skillStore(realPattern(1, { id: 'own-of-bea' }));
    await tv.syncStore();
    // Written at once and in several tables; acknowledged, frozen on its way, and merely learned.
    await tv.store.skillStore({ ...realPattern(40), id: 'qx8zkvw-1', ...anna });
    await tv.titlesCompleted([catalogue[5]!.id, catalogue[6]!.id], anna);
    await tv.titleCompleted(catalogue[6]!.id, { profile: 'bea' });
    await tv.syncStore();
    await tv.store.skillStore({ ...realPattern(41), id: 'qx8zkvw-2', ...anna });
    await tv.titleCompleted(catalogue[7]!.id, anna);
    line.loses = 'answers';
    await expect(tv.syncStore()).rejects.toBe(down);
    await tv.store.skillStore({ ...realPattern(42), id: 'qx8zkvw-3', ...anna });
    await tv.keepPrivate('anna-7f3k');

    const traces = [
      ...['anna-7f3k', 'qx8zkvw', catalogue[5]!.id, catalogue[7]!.id].map((text) =>
        Buffer.from(text),
      ),
      ...[40, 41, 42].map(floatsOf),
    ];
    const before = await bytesIn(directory);
    for (const trace of traces) expect(before.includes(trace)).toBe(true);

    await tv.forgetProfile('anna-7f3k');
    const after = await bytesIn(directory);
    expect(traces.map((trace) => after.includes(trace))).toEqual(traces.map(() => false));
    expect(after.includes(floatsOf(1))).toBe(true);

    const state = await tv.store.loadSyncState();
    expect([...state.completed.keys()]).toEqual([catalogue[6]!.id]);
    line.loses = 'nothing';
    await tv.syncStore();
    expect(await books(tv.store)).toMatchObject({ learned: 12, acknowledged: 12, waiting: 0 });
    await tv.store.close();
    const again = await openLevelPatternStore({ directory, clock });
    expect(again.outcome).toBe('opened');
    expect((await again.store.skillList(10, 'learned')).map(({ id }) => id)).toEqual([
      'own-of-bea',
    ]);
    await again.store.close();
  });

  it('and so does all, where the TV is handed on', async () => {
    const { constellation, transport } = await openServer();
    const directory = path.join(await temporaryFolder(), 'store');
    const opened = await openLevelPatternStore({ directory, clock });
    const tv = await openTv(transport, { store: opened.store, titles });
    await tv.store.skillStore(realPattern(40, { id: 'qx8zkvw-1' }));
    await tv.titleCompleted(catalogue[5]!.id);
    await tv.syncStore();
    const { next } = await tv.store.loadSyncState();
    const before = await bytesIn(directory);
    const traces = [Buffer.from('qx8zkvw'), Buffer.from(catalogue[5]!.id), floatsOf(40)];
    for (const trace of traces) expect(before.includes(trace)).toBe(true);

    await tv.forget();
    const after = await bytesIn(directory);
    for (const trace of traces) expect(after.includes(trace)).toBe(false);
    expect(tv.lastVersion).toBe(0);
    const state = await tv.store.loadSyncState();
    expect(state.next).not.toEqual(next);
    expect([state.outbox, state.kept, state.completed.size, state.marks.size]).toEqual([
      [],
      [],
      0,
      0,
    ]);
    // A new owner begins at nothing, under the same device id.
    await tv.store.skillStore(realPattern(3));
    await tv.syncStore();
    expect(await books(tv.store)).toMatchObject({ learned: 12, acknowledged: 12 });
    expect(constellation.report().samplesAccepted).toBe(24);
    await tv.store.close();
  });
});

describe('a private profile contributes nothing (rule 5.12)', () => {
  it('neither patterns nor titles, and its titles say nothing of the viewer', async () => {
    const { constellation, transport } = await openServer();
    const bodies: Uint8Array[] = [];
    const line: Transport = {
      request: (request) => {
        if (request.body !== undefined) bodies.push(request.body);
        return transport.request(request);
      },
    };
    const tv = await openTv(line, { titles });
    await tv.keepPrivate('kids');
    const kids = { profile: 'kids' };
    await tv.store.skillStore({ ...realPattern(40), id: 'qx8zkvw-1', ...kids });
    await tv.titlesCompleted(
      catalogue.slice(0, 9).map(({ id }) => id),
      kids,
    );
    await tv.syncStore();
    expect(await books(tv.store)).toMatchObject({ learned: 12, withheld: 12, waiting: 0 });
    expect(constellation.report().samplesAccepted).toBe(0);
    // One title of another viewer: with fewer than two others nothing is said of the viewer.
    await tv.titleCompleted(catalogue[20]!.id, { profile: 'anna' });
    expect((await tv.syncStore()).titlesReported).toBe(1);
    const { kept } = await tv.store.loadSyncState();
    expect(kept.map(({ report }) => report)).toEqual([{ contentId: catalogue[20]!.id }]);
    const sent = Buffer.concat(bodies);
    for (const text of ['qx8zkvw', 'kids', 'anna', catalogue[0]!.id]) {
      expect(sent.includes(text)).toBe(false);
    }
    // Public again, it contributes what it has learned.
    await tv.keepPrivate('kids', false);
    expect((await tv.syncStore()).patternsPushed).toBe(1);
  });

  it('copies of one taste in two profiles stay two', async () => {
    const { transport } = await openServer();
    const tv = await openTv(transport);
    await tv.store.skillStore(
      { ...realPattern(5), id: 'a', profile: 'anna' },
      { ...realPattern(5), id: 'b', profile: 'bea' },
      { ...realPattern(5), id: 'c', profile: 'bea' },
    );
    await tv.syncStore();
    const { merges } = await tv.store.loadSyncState();
    expect([...merges].map((pair) => pair.sort())).toEqual([['b', 'c']]);
  });

  it.each(['requests', 'answers'] as const)(
    'made so while a push is on its way, with lost %s, no sample of the others is lost or doubled (rule 4.9)',
    async (loses) => {
      const { constellation, transport } = await openServer();
      const line = losing(transport);
      const tv = await openTv(line, { store: createMemoryPatternStore() });
      await tv.store.skillStore(realPattern(0));
      await tv.syncStore();
      await tv.store.skillStore(realPattern(1), { ...realPattern(30), profile: 'kids' });
      line.loses = loses;
      await expect(tv.syncStore()).rejects.toBe(down);
      expect((await tv.store.loadSyncState()).outbox).toHaveLength(1);
      await tv.keepPrivate('kids');
      expect((await tv.store.loadSyncState()).outbox[0]).toMatchObject({
        patterns: [],
        withdrawn: expect.arrayContaining([['p1', 12]]),
      });
      expect(await books(tv.store)).toMatchObject({ learned: 36, waiting: 24 });
      line.loses = 'nothing';
      await tv.syncStore();
      const { acknowledged, waiting, learned, withheld } = await books(tv.store);
      expect([waiting, acknowledged + withheld]).toEqual([0, learned]);
      expect(acknowledged).toBe(constellation.report().samplesAccepted);
      expect(withheld).toBe(loses === 'requests' ? 12 : 0);
    },
  );

  it('with a server that counts by marks, too', async () => {
    const { constellation, transport } = await openServer({ v1Only: true });
    const line = losing(transport);
    const tv = await openTv(line);
    await tv.store.skillStore(realPattern(1), { ...realPattern(30), profile: 'kids' });
    line.loses = 'requests';
    await expect(tv.syncStore()).rejects.toBe(down);
    await tv.keepPrivate('kids');
    line.loses = 'nothing';
    await tv.syncStore();
    expect(constellation.report().samplesAccepted).toBe(12);
    expect(await books(tv.store)).toMatchObject({ acknowledged: 12, withheld: 12, waiting: 0 });
  });
});

describe('consent', () => {
  it('is off unless the host switches it on: nothing of titles leaves (rule 11.37)', async () => {
    const { transport } = await openServer({ snapshots: { codecs: [createMiniLmCodec()] } });
    const tv = await openTv(transport, { titles: { catalogue, textStart, reportSpreadMs: 0 } });
    await tv.titlesCompleted([catalogue[0]!.id, catalogue[1]!.id]);
    expect((await tv.syncStore()).titlesReported).toBe(0);
    expect((await tv.rankTitles()).length).toBeGreaterThan(0);
  });
});
