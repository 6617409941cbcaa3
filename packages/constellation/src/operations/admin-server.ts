import fastify, { type FastifyInstance } from 'fastify';
import type { Constellation } from '../constellation.js';
import { uncached } from '../http/problems.js';
import type { ServerMetrics } from './metrics.js';

export interface AdminOptions {
  readonly constellation: Constellation;
  readonly metrics: ServerMetrics;
  /** False while the server starts, and once it stops: then no more requests are to be sent to it. */
  readonly isReady: () => boolean;
}

/**
 * What operators ask a server while it runs: `/livez`, `/readyz`, `/metrics` (OpenMetrics) and `/report`
 * (JSON). It asks nobody who they are: listen on loopback only.
 */
export function createAdminServer({
  constellation,
  metrics,
  isReady,
}: AdminOptions): FastifyInstance {
  const app = fastify();
  app.addHook('onSend', (_request, reply, payload, done) => {
    uncached(reply);
    done(null, payload);
  });
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    if (isReady()) return { status: 'ok' };
    return reply.code(503).send({ status: 'stopping' });
  });
  app.get('/metrics', async (_request, reply) => {
    return reply.type(metrics.contentType).send(await metrics.print());
  });
  app.get('/report', () => constellation.report());
  return app;
}
