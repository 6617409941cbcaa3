import { loadCatalogue } from '@omega-tv/catalogue';
import { SyncClient } from '@omega-tv/client';
import {
  createMiniLmCodec,
  createNodeV1Format,
  createNodeV2Format,
} from '@omega-tv/compression/node';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  Responder,
} from '@omega-tv/constellation';
import { PATHS, type Transport } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import type { PatternData } from '@omega-tv/types';
import { Messages } from './messages.js';

/** Bodies of the requests of one TV, in bytes, as the product's client sends them. */
export interface ExchangeBytes {
  /** The newest version's number. */
  readonly versionDown: number;
  /** A push without patterns, and its receipt. */
  readonly pushUp: number;
  readonly pushDown: number;
  /** Of each pattern beside that: of two in a push, and of ten, which share its budget. */
  readonly patternUp: number;
  readonly patternOfTenUp: number;
  /** The newest version for a TV that has none, and for one that has the version before. */
  readonly snapshotBytes: number;
  readonly diffBytes: number;
}

/** Devices that bring the same patterns: enough to publish them. */
const DEVICES = 12;
/** Kinds of devices, by what they bring. */
const VARIANTS = 4;
/** Patterns that a device brings. */
const PATTERNS_EACH = 48;
const [FEW, MANY] = [2, 10];

interface Seen {
  readonly path: string;
  readonly up: number;
  readonly down: number;
}

/** Lets TVs exchange with a Constellation in this process, and counts the bytes of what they ask. */
export async function measureExchanges(): Promise<ExchangeBytes> {
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
  });
  const seen: Seen[] = [];
  const open = openTvs(new Responder(constellation), seen);
  const messages = new Messages([PATTERNS_EACH], VARIANTS);
  const publish = async (round: number): Promise<void> => {
    for (let device = 0; device < DEVICES * (VARIANTS - 1); device += 1) {
      // The last kind of patterns comes with the second round, the first no more.
      const variant = 1 + round + (device % (VARIANTS - 1));
      const deviceId = `publishing-${round}-${device}`;
      await constellation.syncFrame(messages.frame(deviceId, 1, PATTERNS_EACH, variant));
    }
    await constellation.publish();
  };

  const tv = await open('measured');
  const liked = likedPatterns(FEW + MANY);
  await tv.store.skillStore(...liked.slice(0, FEW));
  await tv.syncStore();
  await tv.store.skillStore(...liked.slice(FEW));
  await tv.syncStore();
  const [meeting, push, larger] = seen.filter(({ path }) => path === PATHS.sync);
  await tv.syncStore();
  const version = seen.filter(({ path }) => path === PATHS.version).at(-1);
  const fetched = async (): Promise<number> => {
    seen.length = 0;
    await tv.syncStore();
    return seen.find(({ path }) => path.startsWith(PATHS.snapshots))?.down ?? 0;
  };
  await publish(0);
  const snapshotBytes = await fetched();
  await publish(1);
  const diffBytes = await fetched();
  await constellation.close();
  if (meeting === undefined || push === undefined || larger === undefined) {
    throw new Error('the TV sent no push');
  }
  return {
    versionDown: version?.down ?? 0,
    pushUp: meeting.up,
    pushDown: meeting.down,
    patternUp: (push.up - meeting.up) / FEW,
    patternOfTenUp: (larger.up - meeting.up) / MANY,
    snapshotBytes,
    diffBytes,
  };
}

/** TVs that fetch snapshots by version, as from a cache. */
function openTvs(responder: Responder, seen: Seen[]): (deviceId: string) => Promise<SyncClient> {
  const inner = createInMemoryTransport(responder);
  const transport: Transport = {
    request: async (request) => {
      const response = await inner.request(request);
      const up = request.body?.length ?? 0;
      seen.push({ path: request.path, up, down: response.body.length });
      return response;
    },
  };
  const format = createNodeV2Format();
  const url = 'http://constellation.invalid';
  return (deviceId) =>
    SyncClient.create({
      ...{ url, deviceId, format, transport, snapshots: 'cached' },
      random: createRandom('exchanges', deviceId),
    });
}

/** Real titles as patterns. */
function likedPatterns(count: number): readonly PatternData[] {
  return loadCatalogue()
    .slice(0, count)
    .map(({ embedding, genres }, i) => ({
      id: `pattern-${i}`,
      embedding,
      successRate: 0.9,
      sampleCount: 12,
      genre: genres[0],
    }));
}
