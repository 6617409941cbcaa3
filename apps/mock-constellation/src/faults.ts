import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import {
  decodeAnswerFrame,
  encodeAnswerFrame,
  FRAME_MEDIA_TYPE,
  type WireFormat,
} from '@omega-tv/compression';
import { PATHS, type VersionAnswer } from '@omega-tv/protocol';
import { MAX_INTEGER, SyncError, type RandomSource } from '@omega-tv/types';

/** What goes wrong on purpose, so that clients can be tested against it. */
export interface Faults {
  /** Wait before each request is handled. */
  readonly latencyMs: number;
  /** Share of requests that are answered 503 without being handled. */
  readonly errorRate: number;
  /** Share of answers that break off half way, after the request was handled. */
  readonly truncateRate: number;
  /** Added to each version that is told; never below 0. */
  readonly versionOffset: number;
}

/** Adds faults to a server that does not listen yet. */
export function installFaults(
  app: FastifyInstance,
  faults: Faults,
  format: WireFormat,
  random: RandomSource,
): void {
  if (faults.latencyMs > 0) {
    app.addHook('onRequest', async () => {
      await sleep(faults.latencyMs);
    });
  }
  if (faults.errorRate > 0) {
    app.addHook('onRequest', (_request, _reply, done) => {
      done(random.next() < faults.errorRate ? injectedError() : undefined);
    });
  }
  if (faults.versionOffset !== 0) {
    app.addHook('onSend', async (request, reply, payload: unknown) => {
      if (reply.statusCode !== 200) return payload;
      if (request.url === PATHS.version) {
        const told = JSON.parse(String(payload)) as VersionAnswer;
        return JSON.stringify(shiftAnswer(told, faults));
      }
      if (request.url !== PATHS.sync) return payload;
      if (reply.getHeader('content-type') === FRAME_MEDIA_TYPE) {
        const answer = decodeAnswerFrame(payload as Uint8Array);
        const current = { ...answer.current, ...shiftAnswer(answer.current, faults) };
        return Buffer.from(encodeAnswerFrame({ ...answer, current }));
      }
      const globals = await format.decodeGlobalPatterns(payload as Uint8Array);
      const shifted = { ...globals, ...shiftAnswer(globals, faults) };
      return Buffer.from((await format.encodeGlobalPatterns(shifted)).bytes);
    });
  }
  if (faults.truncateRate > 0) {
    app.addHook('onSend', (_request, reply, payload: unknown, done) => {
      if (random.next() >= faults.truncateRate) {
        done(null, payload);
        return;
      }
      const body = Buffer.from(payload as Uint8Array | string);
      // The full length is promised, then the connection breaks: what a failing network does. So
      // Fastify, which waits for `done`, has nothing more to send.
      reply.hijack();
      reply.raw.writeHead(reply.statusCode, {
        'content-type': String(reply.getHeader('content-type')),
        'content-length': body.length,
      });
      reply.raw.write(body.subarray(0, body.length >> 1), () => {
        reply.raw.destroy();
      });
    });
  }
}

function shiftAnswer({ version }: VersionAnswer, { versionOffset }: Faults): VersionAnswer {
  return { version: Math.min(MAX_INTEGER, Math.max(0, version + versionOffset)) };
}

function injectedError(): SyncError<'http'> {
  return new SyncError(
    'http',
    'This error was injected (--fault-error-rate)',
    { reason: 'server-error', status: 503 },
    { retryable: true, retryAfterMs: 1000 },
  );
}
