import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { isSyncError, silentLogger, SyncError, systemClock } from '@omega-tv/types';
import type { Clock, Logger } from '@omega-tv/types';
import type { Constellation } from '../constellation.js';
import { sendProblem, uncached } from '../http/problems.js';
import { repeatWithTimer, type Repeat } from '../repeat.js';
import { createGuard } from './admin-access.js';
import { addDashboard } from './dashboard/dashboard.js';
import type { ServerMetrics } from './metrics.js';

/** What operators ask of a Constellation. */
export type AdministeredConstellation = Pick<
  Constellation,
  'report' | 'overview' | 'recordsOf' | 'log' | 'syncWindow'
>;

export interface AdminOptions {
  readonly constellation: AdministeredConstellation;
  readonly metrics: ServerMetrics;
  /** False while the server starts, and once it stops: then no more requests are to be sent to it. */
  readonly isReady: () => boolean;
  /**
   * Who shows it may see and ask; at least 16 characters. Default: everybody who reaches the port, which
   * is to be on loopback then.
   */
  readonly token?: string;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** When the dashboard takes its samples. Default: the machine's timers. */
  readonly repeat?: Repeat;
}

/** Of a request: a device id in JSON. */
const BODY_LIMIT_BYTES = 4096;

/**
 * What operators ask a server while it runs: a dashboard at `/` with `/events` and `/device`, `/metrics`
 * (OpenMetrics) and `/report` (JSON), for who shows the token; `/livez` and `/readyz` for everybody.
 * @throws SyncError `invalid-config` for a token that is too short.
 */
export function createAdminServer(options: AdminOptions): FastifyInstance {
  const { constellation, metrics, isReady } = options;
  const guard = { onRequest: createGuard(options.token) };
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES });
  app.addHook('onSend', (_request, reply, payload, done) => {
    uncached(reply);
    done(null, payload);
  });
  app.setErrorHandler<FastifyError | SyncError>((error, _request, reply) => {
    if (isSyncError(error)) return sendProblem(reply, error);
    const status = error.statusCode ?? 500;
    return sendProblem(reply, new SyncError('protocol', error.message, {}), status);
  });
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    if (isReady()) return { status: 'ok' };
    return reply.code(503).send({ status: 'stopping' });
  });
  app.get('/metrics', guard, async (_request, reply) => {
    return reply.type(metrics.contentType).send(await metrics.print());
  });
  app.get('/report', guard, () => constellation.report());
  addDashboard(app, {
    constellation,
    metrics,
    guard,
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
    repeat: options.repeat ?? repeatWithTimer,
  });
  return app;
}
