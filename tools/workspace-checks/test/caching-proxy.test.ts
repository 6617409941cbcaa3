import { sampleBooks, SyncClient } from '@omega-tv/client';
import {
  createMiniLmCodec,
  createNodeV1Format,
  createNodeV2Format,
} from '@omega-tv/compression/node';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { createAxiosTransport, PATHS, snapshotPath, type Transport } from '@omega-tv/protocol';
import { patternDataFromWire } from '@omega-tv/types';
import { expect, it } from '@jest/globals';
import { describeUnless, onTestFinished } from '@omega-tv/test-support';
import { patternsOf, SAMPLES } from './patterns.js';
import { startCachingProxy } from './proxy/caching-proxy.js';
import { findNginx } from './proxy/nginx.js';

const nginx = findNginx();

const TVS = 4;
const format = createNodeV2Format();
const patterns = patternsOf(3 * TVS).map(patternDataFromWire);
const stream = 'global';

describeUnless('missing' in nginx ? nginx.missing : undefined, 'TVs behind a caching proxy', () => {
  it('get each version from its cache; pushes and the version pass through', async () => {
    const { constellation, origin, openTv, tvs, learn } = await openHousehold();
    expect(await learn(0)).toMatchObject({ version: 1 });
    await syncAll(tvs);
    const newcomer = await openTv('tv-newcomer');
    await newcomer.client.syncStore();
    const whole = snapshotPath({ stream, version: 1 });
    expect(origin.filter((one) => one === `GET ${whole}`)).toHaveLength(1);
    expect(cacheStatuses([...tvs, newcomer], whole)).toEqual([...hits(TVS), 'MISS']);

    expect(await learn(1)).toMatchObject({ version: 2 });
    await syncAll([...tvs, newcomer]);
    const diff = snapshotPath({ stream, version: 2 }, { version: 1 });
    expect(origin.filter((one) => one.includes(PATHS.snapshots))).toEqual([
      `GET ${whole}`,
      `GET ${diff}`,
    ]);
    expect(cacheStatuses([...tvs, newcomer], diff)).toEqual([...hits(TVS), 'MISS']);

    const all = [...tvs, newcomer];
    const asked = all.flatMap(({ seen }) => seen.map(({ request }) => request));
    for (const request of [`POST ${PATHS.sync}`, `GET ${PATHS.version}`]) {
      const count = asked.filter((one) => one === request).length;
      expect(count).toBeGreaterThan(TVS);
      expect(origin.filter((one) => one === request)).toHaveLength(count);
    }
    const published = await held(newcomer.client);
    for (const { client } of tvs) {
      expect(client.lastVersion).toBe(2);
      expect(await held(client)).toEqual(published);
      const books = await booksOf(client);
      expect(books).toMatchObject({ acknowledged: 2 * SAMPLES, waiting: 0 });
    }
    expect(constellation.report()).toMatchObject({
      samplesAccepted: 2 * TVS * SAMPLES,
      duplicates: 0,
      refused: 0,
    });
  });

  it('get a version that was asked for too early as soon as it exists', async () => {
    const { proxy, origin, learn } = await openHousehold();
    const first = proxy + snapshotPath({ stream, version: 1 });
    const bad = `${proxy}${PATHS.snapshots}/global/first`;
    for (const [url, status] of [
      [first, 404],
      [first, 404],
      [bad, 400],
      [bad, 400],
    ] as const) {
      const response = await fetch(url);
      expect([response.status, response.headers.get('x-cache-status')]).toEqual([status, 'MISS']);
    }
    expect(origin).toHaveLength(4);
    await learn(0);
    expect((await fetch(first)).status).toBe(200);
    expect((await fetch(first)).headers.get('x-cache-status')).toBe('HIT');
  });
});

interface Seen {
  readonly request: string;
  readonly cache: string | undefined;
}

interface Tv {
  readonly client: SyncClient;
  readonly seen: readonly Seen[];
}

/** A server, a cache before it, and TVs that fetch snapshots by version. */
async function openHousehold() {
  if ('missing' in nginx) throw new Error(nginx.missing);
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    clock: { nowMs: () => Date.UTC(2026, 0, 1) },
    federation: { minDevices: 1 },
  });
  const app = createServer(constellation);
  const origin: string[] = [];
  app.addHook('onRequest', ({ method, url }, _reply, done) => {
    origin.push(`${method} ${url}`);
    done();
  });
  const proxy = await startCachingProxy(
    nginx.path,
    await app.listen({ host: '127.0.0.1', port: 0 }),
  );
  onTestFinished(async () => {
    await app.close();
    await constellation.close();
  });

  const openTv = async (deviceId: string): Promise<Tv> => {
    const seen: Seen[] = [];
    const inner = createAxiosTransport({ baseUrl: proxy });
    const transport: Transport = {
      request: async (request) => {
        const response = await inner.request(request);
        const cache = response.headers['x-cache-status'];
        seen.push({ request: `${request.method} ${request.path}`, cache });
        return response;
      },
    };
    const options = { url: proxy, deviceId, format, transport, snapshots: 'cached' } as const;
    return { client: await SyncClient.create(options), seen };
  };
  const tvs = await Promise.all(Array.from({ length: TVS }, (_, i) => openTv(`tv-${i}`)));
  /** Each TV learns a pattern of its own; then the server publishes. */
  const learn = async (round: number) => {
    for (const [i, { client }] of tvs.entries()) {
      await client.store.skillStore(patterns[round * TVS + i]!);
    }
    await syncAll(tvs);
    return constellation.publish();
  };
  return { constellation, origin, proxy, openTv, tvs, learn };
}

async function syncAll(tvs: readonly Tv[]): Promise<void> {
  await Promise.all(tvs.map(({ client }) => client.syncStore()));
}

/** What the proxy said of its cache to these TVs. */
function cacheStatuses(tvs: readonly Tv[], path: string): readonly (string | undefined)[] {
  const seen = tvs.flatMap((tv) => tv.seen);
  return seen
    .filter(({ request }) => request === `GET ${path}`)
    .map(({ cache }) => cache)
    .sort();
}

function hits(count: number): readonly string[] {
  return Array.from({ length: count }, () => 'HIT');
}

function held({ store }: SyncClient) {
  return store.skillList(1024, 'published');
}

async function booksOf({ store }: SyncClient) {
  return sampleBooks(await store.loadSyncState(), await store.skillList(1024, 'learned'));
}
