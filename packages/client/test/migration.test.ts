import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  createMiniLmCodec,
  createNodeV1Format,
  createNodeV2Format,
} from '@omega-tv/compression/node';
import * as thisServer from '@omega-tv/constellation';
import * as lastRelease from '@omega-tv/last-release';
import { createAxiosTransport, type Transport } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import { onTestFinished } from '@omega-tv/test-support';
import { isSyncError, SyncError, type RandomSource } from '@omega-tv/types';
import { sampleBooks, SyncClient, type PatternStore } from '../src/index.js';
import { openLevelPatternStore } from '../src/node/index.js';
import { realPattern, temporaryFolder } from './support.js';

type Release = 'last' | 'this';

const codec = createMiniLmCodec();
const v1 = createNodeV1Format();
const v2 = createNodeV2Format({ codecs: [codec] });
const last = lastRelease.compressionNode;
const lastV1 = last.createNodeV1Format();
const lastV2 = last.createNodeV2Format();
const lastCodec = last.createMiniLmCodec();
const federation = { minDevices: 2 };

/** A server that is stopped and started, as either release, on one folder. */
class ServerUnderTest {
  url = '';
  #stop: (() => Promise<void>) | undefined;
  report = (): { readonly samplesAccepted: number } => ({ samplesAccepted: 0 });
  publish = (): Promise<unknown> => Promise.resolve();

  constructor(private readonly directory: string) {}

  async start(release: Release): Promise<void> {
    await this.stop();
    const { constellation, server } = await this.#open(release);
    this.url = await server.listen({ host: '127.0.0.1', port: 0 });
    this.report = () => constellation.report();
    this.publish = () => constellation.publish();
    this.#stop = async () => {
      await server.close();
      await constellation.close();
    };
  }

  async stop(): Promise<void> {
    await this.#stop?.();
    this.#stop = undefined;
  }

  async #open(release: Release) {
    const { directory } = this;
    if (release === 'this') {
      const store = await thisServer.openLevelConstellationStore({ directory });
      const snapshots = { codecs: [codec] } as const;
      const options = { store, format: v1, snapshots, federation };
      const constellation = await thisServer.Constellation.open(options);
      return { constellation, server: thisServer.createServer(constellation) };
    }
    const { constellation: lastServer } = lastRelease;
    const constellation = await lastServer.Constellation.open({
      store: await lastServer.openLevelConstellationStore({ directory }),
      format: lastV1,
      snapshots: { codecs: [lastCodec] },
      federation,
    });
    return { constellation, server: lastServer.createServer(constellation) };
  }
}

/** A TV that is switched off and on, as either release, on one folder. */
class TvUnderTest {
  readonly learned = new Map<number, number>();
  #client: { syncStore(): Promise<unknown> } | undefined;
  #store: PatternStore | undefined;
  #close: (() => Promise<void>) | undefined;

  constructor(
    readonly deviceId: string,
    private readonly directory: string,
    private readonly transport: Transport,
    private readonly random: RandomSource,
  ) {}

  /** Switched off at once: what was on its way stays as it was written. */
  async start(release: Release): Promise<void> {
    await this.stop();
    const { deviceId, directory, transport, random } = this;
    const options = { url: 'http://constellation.invalid', deviceId, transport, random };
    if (release === 'this') {
      const { store, outcome } = await openLevelPatternStore({ directory });
      expect(outcome).toBe('opened');
      this.#store = store;
      this.#close = () => store.close();
      this.#client = await SyncClient.create({ ...options, format: v2, fallback: v1, store });
      return;
    }
    const { store, outcome } = await lastRelease.clientNode.openLevelPatternStore({ directory });
    expect(outcome).toBe('opened');
    this.#close = () => store.close();
    const formats = { format: lastV2, fallback: lastV1 };
    this.#client = await lastRelease.client.SyncClient.create({ ...options, ...formats, store });
    this.#store = store as unknown as PatternStore;
  }

  async stop(): Promise<void> {
    await this.#close?.();
    this.#close = undefined;
  }

  async watch(index: number, samples: number): Promise<void> {
    const sampleCount = (this.learned.get(index) ?? 0) + samples;
    this.learned.set(index, sampleCount);
    const id = `${this.deviceId}-${index}`;
    await this.#store?.skillStore(realPattern(7 * index, { id, sampleCount, genre: `g${index}` }));
  }

  sync(): Promise<unknown> {
    return this.#client?.syncStore() ?? Promise.resolve();
  }

  get samples(): number {
    return [...this.learned.values()].reduce((sum, count) => sum + count, 0);
  }

  async books() {
    const learned = (await this.#store?.skillList(99, 'learned')) ?? [];
    const state = await this.#store?.loadSyncState();
    return state && sampleBooks(state, learned);
  }
}

const reset = () =>
  new SyncError('http', 'the network broke', { reason: 'reset' }, { retryable: true });

/** Loses pushes and answers, and delivers some twice, while `isBroken`. */
function brokenTransport(server: ServerUnderTest, random: RandomSource) {
  const line = {
    isBroken: true,
    request: async (request: Parameters<Transport['request']>[0]) => {
      const draw = line.isBroken ? random.next() : 1;
      if (draw < 0.15) throw reset();
      const wire = createAxiosTransport({ baseUrl: server.url });
      const answer = await wire.request(request);
      if (draw < 0.35) throw reset();
      return draw < 0.5 ? wire.request(request) : answer;
    },
  };
  return line;
}

async function play(seed: string, tvs: readonly Release[], servers: readonly Release[]) {
  const random = createRandom('migration', seed);
  const folder = await temporaryFolder();
  const server = new ServerUnderTest(path.join(folder, 'server'));
  const line = brokenTransport(server, random);
  const houses = ['kitchen', 'attic'].map(
    (id) => new TvUnderTest(id, path.join(folder, id), line, createRandom('epochs', seed, id)),
  );
  onTestFinished(async () => {
    for (const tv of houses) await tv.stop();
    await server.stop();
  });
  const pick = (count: number): number => Math.floor(random.next() * count);
  const trySync = async (tv: TvUnderTest): Promise<boolean> => {
    try {
      await tv.sync();
      return true;
    } catch (error) {
      const code = isSyncError(error) ? error.code : (error as { code?: unknown }).code;
      if (typeof code !== 'string') throw error;
      return false;
    }
  };
  const phases = Math.max(tvs.length, servers.length);
  for (let phase = 0; phase < phases; phase += 1) {
    // The server goes first.
    const serverRelease = servers[Math.min(phase, servers.length - 1)] ?? 'this';
    await server.start(serverRelease);
    for (const tv of houses) {
      const tvRelease = tvs[Math.min(phase, tvs.length - 1)] ?? 'this';
      await tv.start(tvRelease);
      for (let step = 0; step < 14; step += 1) {
        const draw = random.next();
        if (draw < 0.4) await tv.watch(pick(5), 10 + pick(9));
        else if (draw < 0.8) await trySync(tv);
        else if (draw < 0.87) await tv.start(tvRelease);
        else if (draw < 0.94) await server.start(serverRelease);
        else await server.publish();
      }
    }
  }
  line.isBroken = false;
  for (const tv of houses) while (!(await trySync(tv)));
  return { server, houses };
}

describe('releases that meet count each sample once, over a broken network, switched off at will (rules 4.9, 11.8, 11.22)', () => {
  const matrix: readonly (readonly [string, readonly Release[], readonly Release[]])[] = [
    ['TVs of the last release, and its server', ['last'], ['last']],
    ['TVs of the last release, at a server that goes over', ['last'], ['last', 'this', 'this']],
    ['TVs of this release, at the last server', ['this'], ['last']],
    ['TVs of this release, at a server that goes over', ['this'], ['last', 'this', 'this']],
    ['all go over, the server first', ['last', 'last', 'this'], ['last', 'this', 'this']],
    ['all go over, the TVs first', ['last', 'this', 'this'], ['last', 'last', 'this']],
    ['all of this release', ['this'], ['this']],
  ];

  it.each(matrix)('%s', async (name, tvs, servers) => {
    for (const seed of ['a', 'b']) {
      const { server, houses } = await play(`${name} ${seed}`, tvs, servers);
      const samples = houses.reduce((sum, tv) => sum + tv.samples, 0);
      expect(server.report().samplesAccepted).toBe(samples);
      if (tvs[tvs.length - 1] === 'this') {
        for (const tv of houses) {
          expect(await tv.books()).toMatchObject({
            learned: tv.samples,
            acknowledged: tv.samples,
            waiting: 0,
            dropped: 0,
          });
        }
      }
    }
  });
});
