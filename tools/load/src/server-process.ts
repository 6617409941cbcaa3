import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { connect } from '@nats-io/transport-node';
import fastify from 'fastify';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createServer,
  openLevelConstellationStore,
  parseTokenKeys,
  startPublishing,
  TokenAuthenticator,
} from '@omega-tv/constellation';
import { ClusterNode, openBus } from '@omega-tv/nats';
import { LEARNS_ALL } from './learns-all.js';
import { memoryInUse } from './memory-in-use.js';

/** What a server under load is started as. */
export type ServerOrder =
  | { readonly kind: 'bare'; readonly answerBytes: number }
  | {
      readonly kind: 'constellation';
      readonly directory: string;
      /** A JWK Set; absent: anybody may push. */
      readonly keys?: string;
      readonly workers: number;
      /** Of verified tokens. */
      readonly maxCached?: number;
      /** Default: it publishes when it is asked. */
      readonly publishEveryMs?: number;
    }
  | NodeOrder;

/** A node of a cluster. */
export interface NodeOrder {
  readonly kind: 'node';
  readonly nats: string;
  readonly cluster: string;
  readonly role: 'edge' | 'owner';
  readonly partitions: number;
  readonly scratch: string;
  readonly publishEveryMs: number;
}

/** What the process is asked while it serves. */
export type ServerQuestion = 'usage' | 'memory' | 'publish' | 'checkpoint' | 'owned' | 'close';

export interface ServerUsage {
  /** Of all threads, since the start. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly diskBytes: number;
  /** Deltas that counted. */
  readonly applied: number;
  readonly devices: number;
  /** From and to NATS, headers of messages included. */
  readonly busBytes: number;
}

process.once('message', (order: ServerOrder) => {
  if (order.kind === 'bare') void serveBare(order.answerBytes);
  else void (order.kind === 'node' ? serveNode(order) : serve(order));
});

async function serveBare(answerBytes: number): Promise<void> {
  const app = fastify();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  const answer = Buffer.alloc(answerBytes, 7);
  app.post('/api/v1/sync', (_request, reply) =>
    reply.type('application/octet-stream').send(answer),
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  answerQuestions(url, {
    usage: () => Promise.resolve(usageOf({ deltasApplied: 0, devices: 0 })),
    close: () => app.close(),
  });
}

async function serve(order: Extract<ServerOrder, { kind: 'constellation' }>): Promise<void> {
  const { directory, keys, workers, maxCached, publishEveryMs } = order;
  const constellation = await Constellation.open({
    store: await openLevelConstellationStore({ directory }),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    federation: LEARNS_ALL,
    workers,
  });
  const authenticator =
    keys === undefined
      ? undefined
      : new TokenAuthenticator({
          keys: parseTokenKeys(keys),
          ...(maxCached === undefined ? {} : { maxCached }),
        });
  const publisher =
    publishEveryMs === undefined
      ? undefined
      : startPublishing(constellation, { everyMs: publishEveryMs });
  const app = createServer(constellation, authenticator === undefined ? {} : { authenticator });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  answerQuestions(url, {
    usage: async () => ({
      ...usageOf(constellation.report()),
      diskBytes: await bytesOf(directory),
    }),
    memory: () => {
      memoryInUse();
      return Promise.resolve(process.memoryUsage.rss());
    },
    publish: async () => (await constellation.publish())?.version ?? 0,
    checkpoint: () => constellation.checkpoint(),
    close: async () => {
      await publisher?.stop();
      await app.close();
      await constellation.close();
    },
  });
}

async function serveNode(order: NodeOrder): Promise<void> {
  const { nats, cluster, role, partitions, scratch, publishEveryMs } = order;
  const connection = await connect({ servers: nats });
  const node = await ClusterNode.open({
    bus: await openBus({ connection, cluster }),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    federation: LEARNS_ALL,
    ...{ role, partitions, scratch, publishEveryMs },
  });
  const app = createServer(node);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  answerQuestions(url, {
    usage: () => {
      const { inBytes, outBytes } = connection.stats();
      return Promise.resolve({ ...usageOf(node.report()), busBytes: inBytes + outBytes });
    },
    owned: () => Promise.resolve(node.isReady ? node.figures.owned.length : -1),
    close: async () => {
      await app.close();
      await node.close();
      await connection.close();
    },
  });
}

type Answers = Partial<Record<ServerQuestion, () => Promise<unknown>>>;

function answerQuestions(url: string, answers: Answers): void {
  process.on('message', (question: ServerQuestion) => {
    void answers[question]?.().then((answer) => {
      process.send?.({ answer: answer ?? null });
      if (question === 'close') process.disconnect();
    });
  });
  process.send?.({ answer: url });
}

function usageOf({
  deltasApplied: applied,
  devices,
}: {
  readonly deltasApplied: number;
  readonly devices: number;
}): ServerUsage {
  const { user, system } = process.cpuUsage();
  const rssBytes = process.memoryUsage.rss();
  const nothing = { diskBytes: 0, busBytes: 0 };
  return { cpuMs: (user + system) / 1000, rssBytes, applied, devices, ...nothing };
}

async function bytesOf(directory: string): Promise<number> {
  const names = await readdir(directory);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(directory, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
