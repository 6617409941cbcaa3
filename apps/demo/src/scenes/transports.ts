import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
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
import { openTcpLink, openUdpLink } from '@omega-tv/fault-proxy';
import { PATHS } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import { createQuicTransport, missingQuic, startQuicServer } from '@omega-tv/transport-quic';
import { generate } from 'selfsigned';
import type { Show } from '../scene.js';
import type { World } from '../world.js';

/** How an exchange finds its server: nothing kept, a ticket kept, a connection kept. */
const STARTS = ['cold', 'resumed', 'warm'] as const;
type Start = (typeof STARTS)[number];

export interface TransportFigures {
  readonly roundTripMs: number;
  /** Medians, in milliseconds. */
  readonly starts: readonly {
    readonly start: Start;
    readonly httpsMs: number;
    readonly quicMs: number;
  }[];
}

/** What the scene came to; `missing` where this machine has no QUIC, and why. */
export type TransportsOutcome = TransportFigures | { readonly missing: string };

const ROUND_TRIP_MS = 100;
const EXCHANGES = 5;
const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 65_536;

type Exchange = (start: Start) => Promise<void>;

/** One TV's push, again and again, to a Constellation that is far away. */
export async function playTransports(
  world: Pick<World, 'catalogue' | 'seed'>,
  show: Show,
): Promise<TransportsOutcome> {
  const missing = await missingQuic();
  if (missing !== undefined) return { missing };
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const [https, quic] = await openBoth(world, closers);
    const starts = [];
    for (const start of STARTS) {
      show(`${EXCHANGES} exchanges of each, ${start}`);
      starts.push({
        start,
        httpsMs: await medianMs(https, start),
        quicMs: await medianMs(quic, start),
      });
    }
    return { roundTripMs: ROUND_TRIP_MS, starts };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function openBoth(
  { catalogue, seed }: Pick<World, 'catalogue' | 'seed'>,
  closers: (() => Promise<unknown>)[],
): Promise<readonly [Exchange, Exchange]> {
  const { cert: ca, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const certificate = { cert: ca, key };
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
  });
  closers.push(() => constellation.close());
  const app = createServer(constellation, { tls: certificate });
  closers.push(() => app.close());
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const server = await startQuicServer({ handler: app, certificate });
  closers.push(() => server.close());
  const conditions = { roundTripMs: ROUND_TRIP_MS, lossRate: 0 };
  const random = createRandom('transports', seed);
  const tcp = await openTcpLink(Number(port), conditions, random);
  const udp = await openUdpLink(server.port, conditions, random);
  closers.push(
    () => tcp.close(),
    () => udp.close(),
  );
  const format = createNodeV2Format();
  const patterns = catalogue.slice(0, 3).map(({ embedding, genres }, i) => {
    const genre = genres[0];
    return { id: `p${i}`, embedding, genre, successRate: 0.9, sampleCount: 12, newSamples: 12 };
  });
  const { bytes: body } = await format.encodeDelta({
    ...{ deviceId: 'far-away', version: 0, timestamp: new Date(0).toISOString(), patterns },
    position: { deviceEpoch: 1, seq: 1 },
  });
  const message = { body, headers: { 'content-type': format.mediaType } };
  const transport = await createQuicTransport({ baseUrl: `https://localhost:${udp.port}`, ca });
  closers.push(() => transport.close());
  const agents = {
    cold: () => new Agent({ maxCachedSessions: 0 }),
    resumed: kept(() => new Agent({ maxCachedSessions: 10 })),
    warm: kept(() => new Agent({ keepAlive: true })),
  };
  closers.push(async () => {
    agents.warm().destroy();
    await Promise.resolve();
  });
  return [
    (start) => pushOverHttps({ ...message, port: tcp.port, ca, agent: agents[start]() }),
    async (start) => {
      if (start !== 'warm') transport.disconnect({ forget: start === 'cold' });
      const { status } = await transport.request({
        ...{ ...message, method: 'POST', path: PATHS.sync, isRepeatable: true },
        ...{ timeoutMs: TIMEOUT_MS, maxResponseBytes: MAX_ANSWER_BYTES },
      });
      checkStatus(status);
    },
  ];
}

function kept<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= make());
}

async function medianMs(exchange: Exchange, start: Start): Promise<number> {
  // What is kept has to be had first.
  await exchange(start);
  const taken: number[] = [];
  for (let i = 0; i < EXCHANGES; i += 1) {
    const fromMs = performance.now();
    await exchange(start);
    taken.push(performance.now() - fromMs);
  }
  return taken.sort((a, b) => a - b)[Math.floor(EXCHANGES / 2)] ?? NaN;
}

interface HttpsPush {
  readonly port: number;
  readonly ca: string;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

async function pushOverHttps({ headers, body, ...where }: HttpsPush): Promise<void> {
  const asked = request({
    ...{ ...where, host: 'localhost', family: 4, path: PATHS.sync, method: 'POST' },
    headers: { ...headers, 'content-length': body.length },
    timeout: TIMEOUT_MS,
  });
  asked.on('timeout', () => asked.destroy(new Error('no answer came')));
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  await once(answer.resume(), 'end');
  checkStatus(answer.statusCode);
}

function checkStatus(status: number | undefined): void {
  if (status !== 200) throw new Error(`The push was answered ${status}`);
}
