import { decodeAnswerFrame, encodeAnswerFrame } from '@omega-tv/compression';
import { createMemoryConstellationStore } from '@omega-tv/constellation';
import type { TransportRequest } from '@omega-tv/protocol';
import { describe, expect, it } from '@jest/globals';
import { createMemoryPatternStore, sampleBooks, type SyncClient } from '../../src/index.js';
import { openLevelPatternStore } from '../../src/node/index.js';
import {
  clock,
  realPattern,
  realPatterns,
  recording,
  syncErrorOf,
  temporaryFolder,
} from '../support.js';
import { keysOf, openServer, openTv, switchable, v2 } from './support.js';

const POST = 'POST /api/v1/sync';
const VERSION = 'GET /api/v1/sync/version';

async function booksOf({ store }: SyncClient) {
  return sampleBooks(await store.loadSyncState(), await store.skillList(1024, 'learned'));
}

/** Learns the same on two TVs, syncs both, and publishes. */
async function teach(server: Awaited<ReturnType<typeof openServer>>, indexes: readonly number[]) {
  for (const deviceId of ['teacher-1', 'teacher-2']) {
    const tv = await openTv(server.transport, { deviceId });
    for (const index of indexes) {
      await tv.store.skillStore(realPattern(index, { id: `${deviceId}-${index}` }));
    }
    await tv.syncStore();
  }
  await server.constellation.publish();
}

/** A TV that pushed three patterns and holds version 1, on a line that can lead elsewhere. */
async function openAtFirstVersion(snapshots: 'inline' | 'cached') {
  const first = await openServer({ keys: keysOf('the same') });
  const line = switchable(first.transport);
  const tv = await openTv(line, { snapshots });
  await tv.store.skillStore(...realPatterns(3));
  await teach(first, [0, 5]);
  await tv.syncStore();
  return { first, line, tv };
}

describe('an exchange in frames', () => {
  it('asks a server that it has not met how it counts, before the first push (rule 11.22)', async () => {
    const { transport } = await openServer();
    const wire = recording(transport);
    const tv = await openTv(wire);
    await tv.store.skillStore(realPattern(0));
    await tv.syncStore();
    expect(wire.seen).toEqual([POST, POST]);
    await tv.store.skillStore(realPattern(0, { sampleCount: 15 }));
    await tv.syncStore();
    expect(wire.seen).toEqual([POST, POST, POST]);
  });

  it('balances the books on both sides, in a tenth of the bytes of v1', async () => {
    const { constellation, transport } = await openServer();
    const tv = await openTv(transport);
    await tv.store.skillStore(...realPatterns(8));
    const result = await tv.syncStore();
    expect(result).toMatchObject({ protocolVersion: 2, patternsPushed: 8, tier: 'normal' });
    expect(typeof result.tierReason).toBe('string');
    expect(result.fidelity.meanCosine).toBeGreaterThan(0.98);
    expect(result.bytesSent).toBeLessThan(8 * 200);
    expect(await booksOf(tv)).toMatchObject({ learned: 96, acknowledged: 96, waiting: 0 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 96, refused: 0 });
  });

  it('says how many samples are new, once each position (rules 4.5, 11.8)', async () => {
    const { transport } = await openServer();
    const store = createMemoryPatternStore();
    const tv = await openTv(transport, { store });
    await store.skillStore(realPattern(0));
    await tv.syncStore();
    await store.skillStore(realPattern(0, { sampleCount: 20 }));
    const blocked = recording(transport, () => Promise.reject(new Error('no network')));
    const offline = await openTv(blocked, { store });
    await expect(offline.syncStore()).rejects.toThrow('no network');
    const { outbox, next } = await store.loadSyncState();
    expect(outbox).toMatchObject([{ position: { seq: 2 }, patterns: [{ newSamples: 8 }] }]);
    expect(next?.seq).toBe(3);
    await tv.syncStore();
    expect(await booksOf(tv)).toMatchObject({ acknowledged: 20, waiting: 0 });
  });

  it('predicts from the snapshot that it holds, also after a restart', async () => {
    const server = await openServer();
    await teach(server, [0, 5]);
    const directory = await temporaryFolder();
    const open = async () => {
      const { store } = await openLevelPatternStore({ directory, clock });
      return openTv(server.transport, { store });
    };
    const before = await open();
    await before.syncStore();
    expect(before.lastVersion).toBe(1);
    await before.store.close();
    const after = await open();
    await after.store.skillStore(realPattern(0, { id: 'mine' }));
    const warm = await after.syncStore();
    const stranger = await openTv(server.transport, { deviceId: 'stranger' });
    await stranger.store.skillStore(realPattern(0, { id: 'mine' }));
    const cold = await stranger.syncStore();
    expect(warm.bytesSent).toBeLessThan(cold.bytesSent);
    // The newest is held already: the answer is a receipt.
    expect(warm.bytesReceived).toBeLessThanOrEqual(64);
    await after.store.close();
  });

  it('hears of the titles of trends by the ids of its own catalogue', async () => {
    const server = await openServer();
    await teach(server, [0]);
    const tv = await openTv(server.transport);
    await tv.syncStore();
    const { snapshot } = await tv.store.loadSyncState();
    expect(snapshot?.trends.length).toBeGreaterThan(0);
    for (const { contentId } of snapshot?.trends ?? []) expect(contentId).toMatch(/^global:/);
  });

  it('goes again without base, in one round trip more, where the server lost it (rule 11.5)', async () => {
    const first = await openServer();
    await teach(first, [0, 5]);
    const line = switchable(first.transport);
    const wire = recording(line);
    const tv = await openTv(wire);
    await tv.syncStore();
    // Another store, as after a restored backup: same address, other content.
    const second = await openServer();
    await teach(second, [0, 5, 9]);
    line.to(second.transport);
    await tv.store.skillStore(realPattern(3));
    wire.seen.length = 0;
    const result = await tv.syncStore();
    expect(wire.seen).toEqual([POST, POST]);
    expect(result).toMatchObject({ patternsPushed: 1, globalVersion: 1 });
    expect(await booksOf(tv)).toMatchObject({ waiting: 0, acknowledged: 12 });
  });

  it('pushes everything again to a server of another epoch, which has lost it (rule 11.9)', async () => {
    const first = await openServer();
    const line = switchable(first.transport);
    const tv = await openTv(line);
    await tv.store.skillStore(...realPatterns(3));
    await tv.syncStore();
    const second = await openServer();
    line.to(second.transport);
    await tv.store.skillStore(realPattern(7));
    await tv.syncStore();
    await tv.syncStore();
    expect(second.constellation.report().samplesAccepted).toBe(48);
    expect(await booksOf(tv)).toMatchObject({ acknowledged: 48, waiting: 0 });
  });

  it('ends, to go on later, where two servers answer in turns at one URL (rule 11.23)', async () => {
    const [one, two] = [await openServer(), await openServer()];
    let posts = 0;
    const line = recording(one.transport, (next, request) => {
      if (request.method === 'POST') posts += 1;
      return posts % 2 === 0 ? two.transport.request(request) : next();
    });
    const tv = await openTv(line, { budget: { tier: 'floor' } });
    for (let evening = 1; evening <= 5; evening += 1) {
      await tv.store.skillStore(...realPatterns(12, { sampleCount: 12 * evening }));
      posts = 0;
      const error = await syncErrorOf(tv.syncStore());
      expect(error).toMatchObject({ code: 'protocol', retryable: true });
      expect(posts).toBeLessThan(6);
    }
    expect(await booksOf(tv)).toMatchObject({ learned: 720 });
  });

  it('fetches snapshots by version where a cache stands in between', async () => {
    const server = await openServer();
    await teach(server, [0, 5]);
    const wire = recording(server.transport);
    const tv = await openTv(wire, { snapshots: 'cached' });
    await tv.store.skillStore(realPattern(3));
    await tv.syncStore();
    // How the server counts is asked first.
    expect(wire.seen).toEqual([POST, POST, 'GET /api/v1/snapshots/global/1']);
    expect(tv.lastVersion).toBe(1);
    await teach(server, [11]);
    wire.seen.length = 0;
    await tv.syncStore();
    expect(wire.seen).toEqual([VERSION, POST, 'GET /api/v1/snapshots/global/2?base=1']);
    expect(tv.lastVersion).toBe(2);
  });

  it('takes the receipt of an answer whose snapshot cannot be read, and asks for it anew (rule 11.4)', async () => {
    const server = await openServer();
    await teach(server, [0, 5]);
    let spoil = true;
    const wire = recording(server.transport, async (next) => {
      const response = await next();
      if (!spoil || response.body.length < 100) return response;
      spoil = false;
      return { ...response, body: withSpoiledSnapshot(response.body) };
    });
    const tv = await openTv(wire);
    await tv.store.skillStore(realPattern(3));
    const result = await tv.syncStore();
    expect(wire.seen).toEqual([POST, POST, POST]);
    expect(result).toMatchObject({ patternsPushed: 1, globalVersion: 1 });
    expect(await booksOf(tv)).toMatchObject({ acknowledged: 12, waiting: 0 });
    expect(tv.lastVersion).toBe(1);
  });

  it('passes the trace of its caller on', async () => {
    const { transport } = await openServer();
    const requests: TransportRequest[] = [];
    const wire = recording(transport, (next, request) => {
      requests.push(request);
      return next();
    });
    const tv = await openTv(wire);
    await tv.store.skillStore(realPattern(0));
    const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await tv.syncStore({ traceParent });
    expect(requests.map(({ headers }) => headers.traceparent)).toEqual([traceParent, traceParent]);
  });

  it.each(['inline', 'cached'] as const)(
    'pushes again what a server lost that was put back to before it published, %s (rule 11.9)',
    async (snapshots) => {
      const { tv, line } = await openAtFirstVersion(snapshots);
      expect(tv.lastVersion).toBe(1);
      // The same epoch, nothing published, nothing counted: as the copy of a fresh store.
      const second = await openServer({ keys: keysOf('the same') });
      line.to(second.transport);
      await tv.store.skillStore(realPattern(7));
      await tv.syncStore();
      await tv.syncStore();
      expect(tv.lastVersion).toBe(0);
      expect(second.constellation.report().samplesAccepted).toBe(48);
      expect(await booksOf(tv)).toMatchObject({ acknowledged: 48, waiting: 0 });
    },
  );

  it.each(['inline', 'cached'] as const)(
    'pushes again what a server lost whose version has the same number and another content, %s (rule 11.9)',
    async (snapshots) => {
      const { tv, line, first } = await openAtFirstVersion(snapshots);
      const second = await openServer({ keys: keysOf('the same') });
      await teach(second, [9, 11]);
      expect(second.constellation.report().epoch).toBe(first.constellation.report().epoch);
      line.to(second.transport);
      await tv.store.skillStore(realPattern(7));
      await tv.syncStore();
      await tv.syncStore();
      expect(second.constellation.report().samplesAccepted).toBe(2 * 2 * 12 + 48);
      const { snapshot } = await tv.store.loadSyncState();
      expect(snapshot?.patterns.map(({ id }) => id)).toEqual(
        second.constellation.window?.newest?.patterns.map(({ id }) => id),
      );
    },
  );

  it('goes on from the highest version that there is', async () => {
    const { constellation, transport } = await openServer();
    const store = createMemoryPatternStore();
    const lastVersion = Number.MAX_SAFE_INTEGER;
    await store.saveSyncState({ ...(await store.loadSyncState()), lastVersion });
    const url = 'http://constellation.invalid';
    const owner = { deviceId: 'tv-1', url };
    await store.saveSyncState({ ...(await store.loadSyncState()), owner });
    const tv = await openTv(transport, { store });
    await store.skillStore(realPattern(0));
    await tv.syncStore();
    expect(constellation.report().samplesAccepted).toBe(12);
    expect(tv.lastVersion).toBe(0);
  });

  function withSpoiledSnapshot(body: Uint8Array): Uint8Array {
    const { snapshot = new Uint8Array(), ...answer } = decodeAnswerFrame(body);
    const spoiled = snapshot.map((byte, i) => (i === snapshot.length - 9 ? byte ^ 1 : byte));
    return encodeAnswerFrame({ ...answer, snapshot: spoiled });
  }
});

describe('a server of v1', () => {
  it('is spoken to in v1 by a TV that has never been acknowledged in frames (rule 11.2)', async () => {
    const { constellation, transport } = await openServer({ v1Only: true });
    const wire = recording(transport);
    const tv = await openTv(wire);
    await tv.store.skillStore(realPattern(0), realPattern(1));
    const result = await tv.syncStore();
    expect(result).toMatchObject({ protocolVersion: 1, patternsPushed: 2 });
    expect(wire.seen.filter((one) => one === POST).length).toBeLessThanOrEqual(3);
    expect(constellation.report().samplesAccepted).toBe(24);
    expect(await booksOf(tv)).toMatchObject({ acknowledged: 24, waiting: 0 });
    wire.seen.length = 0;
    await tv.store.skillStore(realPattern(2));
    await tv.syncStore();
    expect(wire.seen).toEqual([POST]);
  });

  it('is never fallen back to once frames were acknowledged (rule 11.2)', async () => {
    const store = createMemoryConstellationStore();
    const now = await openServer({ store: { ...store, close: () => Promise.resolve() } });
    const line = switchable(now.transport);
    const tv = await openTv(line);
    await tv.store.skillStore(realPattern(0));
    await tv.syncStore();
    const older = await openServer({ v1Only: true });
    line.to(older.transport);
    await tv.store.skillStore(realPattern(1));
    await expect(tv.syncStore()).rejects.toMatchObject({ code: 'protocol' });
    expect(older.constellation.report().samplesAccepted).toBe(0);
    line.to(now.transport);
    await tv.syncStore();
    expect(now.constellation.report().samplesAccepted).toBe(24);
  });

  it('is of no use to a TV without fallback', async () => {
    const { transport } = await openServer({ v1Only: true });
    const tv = await openTv(transport, { fallback: v2 });
    await tv.store.skillStore(realPattern(0));
    await expect(tv.syncStore()).rejects.toMatchObject({ code: 'protocol' });
    expect(await booksOf(tv)).toMatchObject({ waiting: 12 });
  });
});
