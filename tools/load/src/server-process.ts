import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import fastify from 'fastify';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createServer,
  openLevelConstellationStore,
  parseTokenKeys,
  TokenAuthenticator,
} from '@omega-tv/constellation';

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
    };

/** What the process is asked while it serves. */
export type ServerQuestion = 'usage' | 'publish' | 'checkpoint' | 'close';

export interface ServerUsage {
  /** Of all threads, since the start. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly diskBytes: number;
  /** Deltas that counted. */
  readonly applied: number;
}

process.once('message', (order: ServerOrder) => {
  void (order.kind === 'bare' ? serveBare(order.answerBytes) : serve(order));
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
    usage: () => Promise.resolve(usageOf(0, 0)),
    close: () => app.close(),
  });
}

async function serve(order: Extract<ServerOrder, { kind: 'constellation' }>): Promise<void> {
  const { directory, keys, workers, maxCached } = order;
  const constellation = await Constellation.open({
    store: await openLevelConstellationStore({ directory }),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    workers,
  });
  const authenticator =
    keys === undefined
      ? undefined
      : new TokenAuthenticator({
          keys: parseTokenKeys(keys),
          ...(maxCached === undefined ? {} : { maxCached }),
        });
  const app = createServer(constellation, authenticator === undefined ? {} : { authenticator });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  answerQuestions(url, {
    usage: async () => usageOf(await bytesOf(directory), constellation.report().deltasApplied),
    publish: async () => (await constellation.publish())?.version ?? 0,
    checkpoint: () => constellation.checkpoint(),
    close: async () => {
      await app.close();
      await constellation.close();
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

function usageOf(diskBytes: number, applied: number): ServerUsage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss(), diskBytes, applied };
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
