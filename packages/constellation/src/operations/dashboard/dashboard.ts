import type { FastifyInstance, RouteShorthandOptions } from 'fastify';
import { SyncError, type Clock, type Logger } from '@omega-tv/types';
import type { AdministeredConstellation } from '../admin-server.js';
import type { Repeat } from '../../repeat.js';
import type { ServerMetrics } from '../metrics.js';
import { EventFeed, MAX_READERS } from './event-feed.js';
import { readHeldDevice } from './held-device.js';
import { addPageFiles } from './page-files.js';
import { takeSample } from './sample.js';

interface DashboardOptions {
  readonly constellation: AdministeredConstellation;
  readonly metrics: ServerMetrics;
  /** Of what is not for everybody. */
  readonly guard: RouteShorthandOptions;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly repeat: Repeat;
}

const SAMPLE_EVERY_MS = 1000;
/** When a page that found no room may try again. */
const FULL_RETRY_MS = 10_000;

const deviceSchema = {
  type: 'object',
  required: ['deviceId'],
  properties: { deviceId: { type: 'string', minLength: 1, maxLength: 1024 } },
} as const;

/** Adds the page, its events, and what it asks about a device, to a server that samples while it listens. */
export function addDashboard(app: FastifyInstance, options: DashboardOptions): void {
  const { constellation, metrics, guard, logger, clock, repeat } = options;
  const feed = new EventFeed({
    takeSample: () => takeSample(constellation, metrics, clock),
    published: () => {
      const { published, minDevices } = constellation.overview();
      return { ...published, minDevices };
    },
  });
  let stop: () => void = () => undefined;
  app.addHook('onListen', (done) => {
    stop = repeat(() => {
      feed.tell().catch((err: unknown) => {
        logger.error({ err }, 'the dashboard got no sample');
      });
    }, SAMPLE_EVERY_MS);
    done();
  });
  app.addHook('preClose', (done) => {
    stop();
    feed.close();
    done();
  });

  addPageFiles(app);
  app.get('/events', guard, (_request, reply) => {
    const events = feed.open();
    if (events === undefined) throw full();
    return reply.type('text/event-stream').send(events);
  });
  app.post<{ Body: { deviceId: string } }>(
    '/device',
    { ...guard, schema: { body: deviceSchema } },
    ({ body }) => readHeldDevice(constellation, body.deviceId),
  );
}

function full(): SyncError {
  return new SyncError(
    'http',
    `${MAX_READERS} pages are open already, or the server stops; close one`,
    { reason: 'server-error', status: 503 },
    { retryable: true, retryAfterMs: FULL_RETRY_MS },
  );
}
