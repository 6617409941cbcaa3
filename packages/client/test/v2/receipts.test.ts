import { decodeAnswerFrame, encodeAnswerFrame } from '@omega-tv/compression';
import { PATHS, type TransportResponse } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import { describe, expect, it } from '@jest/globals';
import { createMemoryPatternStore, sampleBooks, type SyncClient } from '../../src/index.js';
import { realPattern, recording, syncErrorOf } from '../support.js';
import { keysOf, openServer, openTv, switchable } from './support.js';

async function booksOf({ store }: SyncClient) {
  return sampleBooks(await store.loadSyncState(), await store.skillList(1024, 'learned'));
}

async function publishFrom(server: Awaited<ReturnType<typeof openServer>>, index: number) {
  for (const deviceId of ['teacher-1', 'teacher-2']) {
    const tv = await openTv(server.transport, { deviceId });
    await tv.store.skillStore(realPattern(index, { id: `${deviceId}-${index}` }));
    await tv.syncStore();
  }
  await server.constellation.publish();
}

describe('a receipt', () => {
  it.each([
    ['position', { lastSeq: 2 }],
    ['digest', { digest: '0'.repeat(16) }],
  ])('for another %s settles nothing (rule 11.4)', async (_, change) => {
    const { transport, constellation } = await openServer();
    let isOther = true;
    const wire = recording(transport, async (next) => {
      const response = await next();
      if (!isOther) return response;
      const answer = decodeAnswerFrame(response.body);
      const receipt = { ...answer.receipt, ...change };
      return { ...response, body: encodeAnswerFrame({ ...answer, receipt }) };
    });
    const tv = await openTv(wire);
    await tv.store.skillStore(realPattern(0));
    const error = await syncErrorOf(tv.syncStore());
    expect(error).toMatchObject({ code: 'protocol', details: { path: 'receipt' } });
    expect(error.retryable).toBe(true);
    expect(await booksOf(tv)).toMatchObject({ acknowledged: 0, waiting: 12 });
    isOther = false;
    await tv.syncStore();
    expect(await booksOf(tv)).toMatchObject({ acknowledged: 12, waiting: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 12, duplicates: 1 });
  });
});

it('each push has the epoch of the store, and the next number (rule 11.8)', async () => {
  const { transport } = await openServer();
  const pushFrom = async (store = createMemoryPatternStore(), key = 'a', sampleCount = 12) => {
    const tv = await openTv(transport, { store, random: createRandom('epoch', key) });
    await store.skillStore(realPattern(0, { sampleCount }));
    await tv.syncStore();
    return { store, next: (await store.loadSyncState()).next };
  };
  const first = await pushFrom();
  expect(first.next).toMatchObject({ seq: 2, countsBy: 'position' });
  const again = await pushFrom(first.store, 'b', 15);
  expect(again.next).toEqual({ ...first.next, seq: 3 });
  const another = await pushFrom(undefined, 'c');
  expect(another.next?.deviceEpoch).not.toBe(first.next?.deviceEpoch);
});

it('a TV that a cache misleads takes the snapshot with its next answer (rule 11.10)', async () => {
  const copied = await openServer({ keys: keysOf('the same') });
  const line = switchable(copied.transport);
  const cache = new Map<string, TransportResponse>();
  const cached = recording(line, async (next, { path }) => {
    if (!path.startsWith(PATHS.snapshots)) return next();
    const response = cache.get(path) ?? (await next());
    cache.set(path, response);
    return response;
  });
  await publishFrom(copied, 0);
  const before = await openTv(cached, { snapshots: 'cached', deviceId: 'before' });
  await before.syncStore();
  expect(before.lastVersion).toBe(1);

  // Put back to the copy of a fresh store, the server publishes another first version.
  const restored = await openServer({ keys: keysOf('the same') });
  await publishFrom(restored, 9);
  line.to(restored.transport);
  const tv = await openTv(cached, { snapshots: 'cached', deviceId: 'after' });
  await tv.store.skillStore(realPattern(3));
  await tv.syncStore();
  const newest = restored.constellation.window?.newest;
  const idsOf = async ({ store }: SyncClient) =>
    (await store.loadSyncState()).snapshot?.patterns.map(({ embedding }) => [...embedding]);
  expect(await idsOf(tv)).toEqual(newest?.patterns.map(({ embedding }) => [...embedding]));
  expect(tv.lastVersion).toBe(1);
  const { samplesAccepted } = restored.constellation.report();
  await tv.syncStore();
  expect(restored.constellation.report()).toMatchObject({ samplesAccepted, duplicates: 0 });
});

it.each([
  ['a push', 15],
  ['a poll', 12],
])(
  'a TV that a copy of it came between finds with %s what a restored server holds of it (rule 11.38)',
  async (_, learned) => {
    const { transport, constellation } = await openServer();
    const tv = await openTv(transport, { random: createRandom('its own') });
    await tv.store.skillStore(realPattern(0));
    await tv.syncStore();
    // As after a restore that the TV has not heard of: its server has another epoch, and what it
    // says next stands in a device epoch that no server knows.
    const { server, ...state } = await tv.store.loadSyncState();
    const other = { epoch: 'before the restore', capabilities: server?.capabilities ?? [] };
    const next = { deviceEpoch: 77, seq: 1, countsBy: 'position' as const };
    await tv.store.saveSyncState({ ...state, server: other, next });

    const copy = await openTv(transport, { random: createRandom('a copy') });
    await copy.store.skillStore(realPattern(30, { id: 'of the copy', sampleCount: 20 }));
    await copy.syncStore();
    await constellation.publish();

    await tv.store.skillStore(realPattern(0, { sampleCount: learned }));
    await tv.syncStore();
    expect(await booksOf(tv)).toMatchObject({ learned, acknowledged: learned, waiting: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: learned + 20, duplicates: 0 });
  },
);

it('what a restored server lost is told though its first answer is a refusal (rule 11.38)', async () => {
  const before = await openServer();
  const line = switchable(before.transport);
  const tv = await openTv(line, { random: createRandom('its own') });
  await tv.store.skillStore(realPattern(0));
  await tv.syncStore();
  const opening = { deviceEpoch: 77, seq: 1, countsBy: 'position' as const };
  await tv.store.saveSyncState({ ...(await tv.store.loadSyncState()), next: opening });

  const restored = await openServer();
  const polled = recording(before.transport, async (next) => {
    line.to(restored.transport);
    return next();
  });
  line.to(polled);
  await tv.store.skillStore(realPattern(3, { genre: 'g'.repeat(80) }), realPattern(5));
  await tv.syncStore();
  expect(await booksOf(tv)).toMatchObject({ learned: 36, acknowledged: 24, waiting: 0 });
  expect(restored.constellation.report()).toMatchObject({ samplesAccepted: 24, duplicates: 0 });
});
