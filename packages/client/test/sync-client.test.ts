import { describe, expect, it } from '@jest/globals';
import { isSyncError, type SyncError } from '@omega-tv/types';
import { createMemoryPatternStore, emptySyncState, SyncClient } from '../src/index.js';
import {
  clock,
  format,
  openClient,
  openConstellation,
  realPattern,
  realPatterns,
  recording,
  snapshotOf,
  syncErrorOf,
  TIMESTAMP,
} from './support.js';

const nowhere = {
  request: () => Promise.reject(new Error('no request was expected')),
};

describe('create', () => {
  const options = { url: 'https://tv.example.com/base//', deviceId: 'tv-1', format };

  it('sends nothing, and reads the last version from the store', async () => {
    const store = createMemoryPatternStore();
    await store.saveSyncState({ ...emptySyncState, lastVersion: 9 });
    const client = await SyncClient.create({ ...options, store, transport: nowhere });
    expect(client.lastVersion).toBe(9);
    expect(client.deviceId).toBe('tv-1');
    expect(client.constellationUrl).toBe('https://tv.example.com/base');
    expect(client.store).toBe(store);
  });

  it.each([
    ['deviceId', { deviceId: '' }],
    ['deviceId', { deviceId: 'tv\n1' }],
    ['deviceId', { deviceId: 'tv\u0000' }],
    ['deviceId', { deviceId: 'tv\u007f' }],
    ['deviceId', { deviceId: 'x'.repeat(1025) }],
    ['url', { url: '' }],
    ['url', { url: 'tv.example.com' }],
    ['url', { url: 'ftp://tv.example.com' }],
    ['url', { url: 'http://user:pw@tv.example.com' }],
    ['timeoutMs', { timeoutMs: 0 }],
  ])('refuses a bad %s: %j', async (field, change) => {
    const error = await syncErrorOf(SyncClient.create({ ...options, ...change }));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field } });
  });

  it.each(['Küche', '📺', 'two words', 'x'.repeat(1024)])(
    'takes the device id %j',
    async (deviceId) => {
      expect((await SyncClient.create({ ...options, deviceId })).deviceId).toBe(deviceId);
    },
  );
});

describe('prepareDelta', () => {
  it('keeps what is good enough, and names the next version (rule 1.4)', async () => {
    const store = createMemoryPatternStore();
    await store.saveSyncState({ ...emptySyncState, lastVersion: 41 });
    const client = await openClient(nowhere, { store });
    const good = realPattern(0, { successRate: 0.7, sampleCount: 10 });
    const delta = client.prepareDelta([
      good,
      realPattern(1, { successRate: 0.69 }),
      realPattern(2, { sampleCount: 9 }),
    ]);
    expect(delta).toEqual({
      deviceId: 'tv-1',
      patterns: [good],
      version: 42,
      timestamp: TIMESTAMP,
    });
  });

  it('leaves published patterns out: they came from the server (rule 1.6)', async () => {
    const client = await openClient(nowhere);
    const delta = client.prepareDelta([...snapshotOf(3).patterns, realPattern(0)]);
    expect(delta.patterns.map(({ id }) => id)).toEqual(['p0']);
  });
});

describe('a client and a Constellation', () => {
  it('knows whether it needs a sync', async () => {
    const { constellation, transport } = await openConstellation();
    const client = await openClient(transport);
    await client.healthCheck();
    expect(await client.needsSync()).toBe(false);
    for (const deviceId of ['a', 'b']) {
      const other = await openClient(transport, { deviceId });
      await other.sync(other.prepareDelta([realPattern(0)]));
    }
    await constellation.publish();
    expect(await client.needsSync()).toBe(true);
    const { globalPatterns } = await client.sync(client.prepareDelta([]));
    expect(client.lastVersion).toBe(globalPatterns?.version);
    expect(await client.needsSync()).toBe(false);
    const listed = await client.store.skillList(9);
    expect(listed.map(({ id, origin }) => [id, origin])).toEqual(
      globalPatterns?.patterns.map(({ id }) => [id, 'published']),
    );
  });

  it('sends what is too large in several messages, and adds the results up', async () => {
    const { constellation, transport } = await openConstellation();
    const sizes: number[] = [];
    const wire = recording(transport, (next, { body }) => {
      sizes.push(body?.length ?? 0);
      return next();
    });
    const client = await openClient(wire);
    const { result } = await client.sync(client.prepareDelta(realPatterns(10)));
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048);
    expect(result).toMatchObject({
      patternsPushed: 10,
      globalVersion: 0,
      bytesSent: sizes.reduce((sum, size) => sum + size, 0),
    });
    expect(result.bytesReceived).toBeGreaterThan(0);
    expect(result.fidelity.minCosine).toBeGreaterThanOrEqual(0.99);
    expect(result.fidelity.minCosine).toBeLessThanOrEqual(result.fidelity.meanCosine);
    expect(constellation.report()).toMatchObject({ samplesAccepted: 120, devices: 1 });
  });

  it('adopts a version lower than before: the server was restored (rule 3.5)', async () => {
    const { transport } = await openConstellation();
    const store = createMemoryPatternStore();
    await store.saveSyncState({ ...emptySyncState, lastVersion: 9, snapshot: snapshotOf(9) });
    const client = await openClient(transport, { store });
    await client.sync(client.prepareDelta([]));
    expect(client.lastVersion).toBe(0);
    expect(await store.loadSyncState()).toMatchObject({ lastVersion: 0, snapshot: { version: 0 } });
  });

  it('takes concurrent calls one after another', async () => {
    const { constellation, transport } = await openConstellation();
    let running = 0;
    const wire = recording(transport, async (next) => {
      running += 1;
      expect(running).toBe(1);
      const answer = await next();
      running -= 1;
      return answer;
    });
    const client = await openClient(wire);
    await client.store.skillStore(...realPatterns(6));
    await Promise.all([
      client.syncStore(),
      client.sync(client.prepareDelta([realPattern(0)])),
      client.syncStore(),
    ]);
    expect(constellation.report()).toMatchObject({ samplesAccepted: 72 });
  });

  it('rejects with the reason of an abort, and works on afterwards', async () => {
    const { transport } = await openConstellation();
    const client = await openClient(transport);
    const reason = new Error('the TV goes to sleep');
    const signal = AbortSignal.abort(reason);
    await expect(client.syncStore({ signal })).rejects.toBe(reason);
    await expect(client.sync(client.prepareDelta([]), { signal })).rejects.toBe(reason);
    await expect(client.needsSync({ signal })).rejects.toBe(reason);
    await expect(client.syncStore()).resolves.toMatchObject({ patternsPushed: 0 });
  });

  it('refuses a bad pattern before anything is sent', async () => {
    const client = await openClient(nowhere);
    const delta = client.prepareDelta([realPattern(0, { embedding: new Float32Array(3) })]);
    const error = await client.sync(delta).catch((cause: unknown) => cause as SyncError);
    expect(isSyncError(error, 'invalid-pattern')).toBe(true);
  });

  it('reports a store that fails, and keeps the last version', async () => {
    const { transport } = await openConstellation();
    const inner = createMemoryPatternStore();
    const broken = { ...inner, saveSyncState: () => Promise.reject(new Error('disk full')) };
    const client = await openClient(transport, { store: broken, clock });
    await inner.skillStore(realPattern(0));
    await expect(client.syncStore()).rejects.toThrow('disk full');
    expect(client.lastVersion).toBe(0);
  });
});
