import { once } from 'node:events';
import { Agent, createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openTcpLink, openUdpLink, type Link, type LinkConditions } from '@omega-tv/fault-proxy';
import { createRandom } from '@omega-tv/seeded-random';
import { createQuicTransport, startQuicServer, type QuicTransport } from '@omega-tv/transport-quic';
import { generate } from 'selfsigned';

/** How an exchange finds its server: nothing kept, a ticket kept, a connection kept. */
export const STARTS = ['cold', 'resumed', 'warm'] as const;
export type Start = (typeof STARTS)[number];

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A server that answers with as many bytes as a diff has, whatever is asked. */
export interface Answering {
  readonly port: number;
  /** That are open. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** A TV behind a network of its own. */
export interface Tv {
  /** Leaves what the start keeps, and no packet of what was before. */
  prepare(start: Start): Promise<void>;
  /** Asks, and resolves when all of the answer is there. @throws what the transport throws. */
  exchange(start: Start): Promise<void>;
  /** That have passed its network. */
  bytes(): number;
  /** In which packets were on their way, between two instants of `performance.now`. */
  networkMs(fromMs: number, toMs: number): number;
  close(): Promise<void>;
}

/** Of a push of three patterns, and of a diff. */
const PUSH = new Uint8Array(202).fill(2);
const ANSWER = new Uint8Array(1125).fill(1);
const PATH = '/api/v1/sync';
const HEADERS = { 'content-type': 'application/vnd.omega-tv.frame', 'x-device-id': 'tv-1' };
const TIMEOUT_MS = 120_000;
/** A connection between exchanges, over both ways. */
const KEPT_MS = 20 * 60 * 1000;
/** Until what was sent has reached its link. */
const SETTLE_MS = 20;
const MAX_ANSWER_BYTES = 65_536;

export async function createCertificate(): Promise<Certificate> {
  const altNames = [{ type: 2, value: 'localhost' } as const];
  const extensions = [{ name: 'subjectAltName', altNames }] as const;
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [...extensions],
  });
  return { cert: made.cert, key: made.private };
}

export async function answerHttps(certificate: Certificate): Promise<Answering> {
  const server: Server = createServer(certificate, (incoming, answer) => {
    incoming.resume().on('end', () => {
      answer.end(ANSWER);
    });
  });
  server.keepAliveTimeout = KEPT_MS;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => promisify(server.getConnections.bind(server))(),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export async function answerQuic(certificate: Certificate): Promise<Answering> {
  const answer = { status: 200, headers: HEADERS, body: ANSWER };
  const handler = { respond: () => Promise.resolve(answer) };
  const server = await startQuicServer({ handler, certificate, closeGraceMs: 0 });
  return {
    port: server.port,
    connections: () => Promise.resolve(server.figures().connections),
    close: () => server.close(),
  };
}

export interface TvOptions {
  readonly port: number;
  readonly certificate: Certificate;
  readonly conditions: LinkConditions;
  readonly seed: number;
}

export async function tvOnHttps({ port, certificate, conditions, seed }: TvOptions): Promise<Tv> {
  const link = await openTcpLink(port, conditions, createRandom('tcp', seed));
  const agents: Readonly<Record<Start, () => Agent>> = {
    cold: () => new Agent({ maxCachedSessions: 0 }),
    resumed: kept(() => new Agent({ maxCachedSessions: 10 })),
    warm: kept(() => new Agent({ keepAlive: true })),
  };
  return {
    prepare: () => forget(link),
    exchange: (start) => askHttps(link.port, certificate.cert, agents[start]()),
    bytes: () => link.bytes(),
    networkMs: (fromMs, toMs) => link.transit.between(fromMs, toMs),
    close: async () => {
      agents.warm().destroy();
      await link.close();
    },
  };
}

/** The last packets of an exchange are let go, and not counted in the next. */
async function forget({ transit }: Link): Promise<void> {
  await wait(SETTLE_MS);
  transit.forget();
}

function kept<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= make());
}

/** One exchange over HTTPS. @param ca PEM. */
export function askHttps(port: number, ca: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{ host: 'localhost', family: 4, port, path: PATH, method: 'POST', agent, ca },
      headers: { ...HEADERS, 'content-length': PUSH.length },
      timeout: TIMEOUT_MS,
    });
    asked.on('response', (answer) => {
      answer.resume().on('end', resolve).on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer came')));
    asked.on('error', reject);
    asked.end(PUSH);
  });
}

export async function tvOnQuic({ port, certificate, conditions, seed }: TvOptions): Promise<Tv> {
  const link = await openUdpLink(port, conditions, createRandom('udp', seed));
  const transport = await createQuicTransport({
    baseUrl: `https://localhost:${link.port}`,
    ca: certificate.cert,
  });
  return {
    prepare: async (start) => {
      if (start !== 'warm') transport.disconnect({ forget: start === 'cold' });
      await forget(link);
    },
    exchange: () => askQuic(transport),
    bytes: () => link.bytes(),
    networkMs: (fromMs, toMs) => link.transit.between(fromMs, toMs),
    close: async () => {
      await transport.close();
      await link.close();
    },
  };
}

/** One exchange over QUIC. */
export async function askQuic(transport: QuicTransport): Promise<void> {
  await transport.request({
    ...{ method: 'POST', path: PATH, headers: HEADERS, body: PUSH },
    ...{ timeoutMs: TIMEOUT_MS, maxResponseBytes: MAX_ANSWER_BYTES, isRepeatable: true },
  });
}
