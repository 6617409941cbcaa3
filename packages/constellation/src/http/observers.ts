import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import { PATHS } from '@omega-tv/protocol';
import type { ServerMetrics } from '../operations/metrics.js';
import { ExchangeLog } from './exchange-log.js';
import { refusalOf } from './problems.js';

interface ObserverOptions {
  readonly logEvery: number;
  readonly metrics: ServerMetrics | undefined;
}

/** What no route took: as one, or whoever asks for much would fill the metrics. */
const NO_ROUTE = 'none';

/** Names each request, counts it, and logs it: all refusals, and of what went well one of many. */
export function addObservers(app: FastifyInstance, { logEvery, metrics }: ObserverOptions): void {
  const log = new ExchangeLog(logEvery);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('X-Request-Id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const refusal = refusalOf(request);
    const answered = answeredOf(request, reply);
    metrics?.count({
      ...answered,
      ...(refusal === undefined ? protocolOf(request, reply) : { code: refusal.code }),
    });
    log.note(request.log, answered, refusal);
    done();
  });
}

function answeredOf(request: FastifyRequest, reply: FastifyReply) {
  const { body } = request;
  return {
    method: request.method,
    // Never the URL as it came: it holds what the client wrote.
    route: request.routeOptions.url ?? NO_ROUTE,
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 100) / 100,
    receivedBytes: body instanceof Uint8Array ? body.length : 0,
    sentBytes: Number(reply.getHeader('content-length') ?? 0),
  };
}

function protocolOf({ routeOptions }: FastifyRequest, reply: FastifyReply) {
  if (routeOptions.url !== PATHS.sync || reply.statusCode !== 200) return {};
  const isFrame = String(reply.getHeader('content-type')).startsWith(FRAME_MEDIA_TYPE);
  return { protocol: isFrame ? 'v2' : 'v1' } as const;
}
