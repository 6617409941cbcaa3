import { describe, expect, it } from '@jest/globals';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import { createV2Format } from '@omega-tv/compression';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import {
  atRandom,
  inOrder,
  parseHttpFault,
  startHttpProxy,
  type HttpFault,
  type Schedule,
} from '@omega-tv/fault-proxy';
import { createRandom } from '@omega-tv/seeded-random';
import { onTestFinished } from '@omega-tv/test-support';
import { isSyncError } from '@omega-tv/types';
import { createMemoryPatternStore, SyncClient, sampleBooks } from '../src/index.js';
import { clock, format as v1, realPatterns } from './support.js';

const codec = createMiniLmCodec();
const noWait = (): Promise<void> => Promise.resolve();

/** What a network does to an exchange. Each would have lost or doubled samples, or ended the sync. */
const FAULTS = [
  'lose-request',
  'lose-answer',
  'cut-request=40',
  'cut-answer=20',
  'cut-answer=0',
  'duplicate',
  'encode=gzip',
  'encode=br',
  'encode=zstd',
  'redirect=302,http://login.invalid',
  'redirect=307,http://other.invalid',
  'portal',
  'portal=511',
  'status=400',
  'status=401',
  'status=403',
  'status=415',
  'status=503,60',
  'status=429',
  'late=9',
  'throttle=8000',
].map((text) => parseHttpFault(text)!);

/** A Constellation behind a network that breaks exchanges. */
async function openBehind(schedule: Schedule<HttpFault>) {
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: v1,
    clock,
    snapshots: { codecs: [codec] },
    federation: { minDevices: 2 },
  });
  const server = createServer(constellation);
  const target = await server.listen({ host: '127.0.0.1', port: 0 });
  const proxy = await startHttpProxy({ target, schedule, wait: noWait });
  onTestFinished(async () => {
    await proxy.close();
    await server.close();
    await constellation.close();
  });
  return { constellation, url: proxy.url };
}

async function openTv(url: string, deviceId: string) {
  const store = createMemoryPatternStore();
  const format = createV2Format({ codecs: [codec], random: createRandom('faulty', deviceId) });
  const random = createRandom('epoch', deviceId);
  const options = { url, deviceId, format, fallback: v1, store, clock, random, timeoutMs: 10_000 };
  const client = await SyncClient.create(options);
  return { client, store };
}

/** Syncs until it goes through; returns the errors before. */
async function syncThrough(client: SyncClient): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  for (;;) {
    try {
      await client.syncStore();
      return errors;
    } catch (error) {
      errors.push(error);
      if (errors.length > 200) throw error;
    }
  }
}

describe('over a network that breaks exchanges at random', () => {
  it.each([1, 2, 3])(
    'no sample is lost or counted twice, and frames are spoken on: seed %d (rules 4.9, 11.2)',
    async (seed) => {
      const { constellation, url } = await openBehind(
        atRandom(FAULTS, 0.6, createRandom('network', seed)),
      );
      let acknowledged = 0;
      let failures = 0;
      for (const deviceId of ['kitchen', 'attic']) {
        const { client, store } = await openTv(url, deviceId);
        for (let evening = 1; evening <= 4; evening += 1) {
          for (const pattern of realPatterns(3, { sampleCount: 12 * evening })) {
            await store.skillStore(pattern);
          }
          const errors = await syncThrough(client);
          failures += errors.length;
          expect(errors.filter((error) => !isSyncError(error))).toEqual([]);
        }
        const books = sampleBooks(await store.loadSyncState(), await store.skillList(99));
        expect(books).toMatchObject({ waiting: 0, deadLettered: 0, withheld: 0 });
        expect(books.acknowledged).toBe(books.learned);
        acknowledged += books.acknowledged;
        expect((await client.syncStore().catch(() => undefined))?.protocolVersion ?? 2).toBe(2);
      }
      expect(failures).toBeGreaterThan(3);
      expect(constellation.report().samplesAccepted).toBe(acknowledged);
    },
  );

  it.each(FAULTS.map((fault) => [JSON.stringify(fault), fault] as const))(
    'one fault at the first push costs no sample: %s (rules 4.6, 4.9)',
    async (_, fault) => {
      const { constellation, url } = await openBehind(inOrder(fault));
      const { client, store } = await openTv(url, 'kitchen');
      for (const pattern of realPatterns(2)) await store.skillStore(pattern);
      const errors = await syncThrough(client);
      expect(errors.length).toBeLessThanOrEqual(1);
      expect((await store.loadSyncState()).deadLetters).toEqual([]);
      expect(constellation.report().samplesAccepted).toBe(24);
    },
  );
});
