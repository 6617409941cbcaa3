import { randomUUID } from 'node:crypto';
import { maxHeaderSize } from 'node:http';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import { FRAME_MEDIA_TYPE, V2_LIMITS } from '@omega-tv/compression';
import { createOpenApiDocument, PATHS, type VersionAnswer } from '@omega-tv/protocol';
import { isSyncError, SyncError, type SyncWindow } from '@omega-tv/types';
import type { Constellation } from '../constellation.js';
import type { ServerMetrics } from '../operations/metrics.js';
import { addCaller, type AdmissionOptions } from './admission.js';
import { allowOrigins } from './cors.js';
import { addObservers } from './observers.js';
import { refuseOtherMethods } from './other-methods.js';
import { answerClientError, sendProblem, uncached } from './problems.js';
import { addPushRoute } from './push-route.js';
import { PushLoad } from './push-load.js';
import { addRateLimits, type RateLimits } from './rate-limits.js';
import { addSnapshotRoutes } from './snapshot-routes.js';

/** How long a client may take to send a request. */
const REQUEST_TIMEOUT_MS = 30_000;

/** How often Node looks for requests above that; its own 30 s let one last three times as long. */
const SLOW_CHECK_MS = 5000;

/** How long a closing server waits for requests that are being sent. */
const CLOSE_GRACE_MS = 5000;

export interface ServerLimits extends RateLimits {
  /** Pushes that wait for their turn or for the disk; further ones are answered 503. Default: 2,048. */
  readonly pendingPushes?: number;
  /** Open connections; further ones are closed at once. Default: 10,000. */
  readonly connections?: number;
}

export interface ServerOptions extends AdmissionOptions {
  /** A pino logger, say. Default: none. */
  readonly logger?: FastifyBaseLogger;
  /** Of how many exchanges one is logged, at info; refusals all are, at warn. Default: 100. */
  readonly logEvery?: number;
  /** Counts what happens; the same are given to `createAdminServer`. Default: nothing is counted. */
  readonly metrics?: ServerMetrics;
  /** Pages of these origins may use the server (CORS). Default: none but those of its own. */
  readonly allowOrigins?: readonly string[];
  /** Proxies whose X-Forwarded-For is believed: addresses or networks (CIDR). Default: none. */
  readonly trustProxies?: readonly string[];
  readonly limits?: ServerLimits;
}

const DEFAULT_PENDING_PUSHES = 2048;
const DEFAULT_CONNECTIONS = 10_000;
const DEFAULT_LOG_EVERY = 100;

/**
 * Serves a Constellation over HTTP; the caller listens on it and closes both.
 * @example
 * ```ts
 * import {
 *   Constellation,
 *   createMemoryConstellationStore,
 *   createServer,
 * } from '@omega-tv/constellation';
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 *
 * const store = createMemoryConstellationStore();
 * const constellation = await Constellation.open({ store, format: createNodeV1Format() });
 * const server = createServer(constellation);
 * const url = await server.listen({ host: '127.0.0.1', port: 0 });
 * console.log(await (await fetch(`${url}/api/v1/sync/version`)).text()); // => {"version":0}
 * await server.close();
 * await constellation.close();
 * ```
 */
export function createServer(
  constellation: Constellation,
  options: ServerOptions = {},
): FastifyInstance {
  const { format, window, syncWindow } = constellation;
  const { limits = {}, metrics, trustProxies = [] } = options;
  const load = new PushLoad(limits.pendingPushes ?? DEFAULT_PENDING_PUSHES);
  const app = fastify({
    bodyLimit: format.maxRequestBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { connectionsCheckingInterval: SLOW_CHECK_MS },
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError,
    // What the router itself refuses: a URL that cannot be decoded.
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, new SyncError('protocol', error.message, {}), error.statusCode);
    },
    // A long parameter is as unknown as a short one.
    routerOptions: { maxParamLength: maxHeaderSize },
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
    // Of its own making: what a client writes there ends up in logs.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: trustProxies.length === 0 ? false : [...trustProxies],
    logController: new LogController({ disableRequestLogging: true }),
  });
  app.server.maxConnections = limits.connections ?? DEFAULT_CONNECTIONS;
  addCaller(app);
  addObservers(app, { logEvery: options.logEvery ?? DEFAULT_LOG_EVERY, metrics });
  metrics?.watchLoad(load);
  allowOrigins(app, options.allowOrigins ?? []);
  const checkRate = addRateLimits(app, limits);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  const frameLimit = { parseAs: 'buffer', bodyLimit: V2_LIMITS.maxRequestBytes } as const;
  app.addContentTypeParser(FRAME_MEDIA_TYPE, frameLimit, (_request, body, done) => {
    done(null, body);
  });

  app.get(PATHS.health, (_request, reply) => uncached(reply).send({ status: 'ok' }));
  app.get(PATHS.version, (_request, reply) => {
    const answer: VersionAnswer = { version: constellation.version };
    return uncached(reply).send(answer);
  });
  const tokens = options.authenticator !== undefined;
  const contract = JSON.stringify(createOpenApiDocument({ frames: window !== undefined, tokens }));
  app.get(PATHS.openApi, (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(contract),
  );
  if (window !== undefined) addSnapshotRoutes(app, window);
  for (const path of [PATHS.health, PATHS.version, PATHS.openApi]) {
    refuseOtherMethods(app, path, ['GET', 'HEAD']);
  }
  refuseOtherMethods(app, PATHS.sync, ['POST']);
  addPushRoute(app, constellation, { ...options, load, checkRate });

  // A connection that goes idle after closing began would hold the close for its keep-alive time.
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    // A client that never sends the rest of its request must not hold the close for ever.
    setTimeout(() => {
      app.server.closeAllConnections();
    }, CLOSE_GRACE_MS).unref();
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('Connection', 'close');
    done(null, payload);
  });

  app.setNotFoundHandler((request, reply) => {
    const detail = `No route ${request.method} ${request.url}; GET ${PATHS.openApi} lists what there is`;
    return sendProblem(reply, new SyncError('protocol', detail, {}), 404);
  });
  app.setErrorHandler<FastifyError | SyncError>((error, request, reply) => {
    if (isSyncError(error)) return sendProblem(reply, error, undefined, windowFor(request));
    const status = error.statusCode ?? 500;
    if (status < 500) countRefused(request);
    else request.log.error({ err: error }, 'the request failed');
    const contentLength = Number(request.headers['content-length']);
    const shown = fastifyErrorToSyncError(error, contentLength, limitOf(request));
    return sendProblem(reply, shown, status, windowFor(request));
  });

  return app;

  function limitOf({ headers }: FastifyRequest): number {
    const isFrame = headers['content-type']?.toLowerCase().startsWith(FRAME_MEDIA_TYPE);
    return isFrame === true ? V2_LIMITS.maxRequestBytes : format.maxRequestBytes;
  }

  /** Problems of pushes say when to come back. */
  function windowFor(request: FastifyRequest): SyncWindow | undefined {
    return request.routeOptions.url === PATHS.sync ? syncWindow : undefined;
  }

  /** For deltas that the Constellation never saw: it counts those that it refuses itself. */
  function countRefused(request: FastifyRequest): void {
    if (request.routeOptions.url === PATHS.sync) constellation.countRefused();
  }
}

/** What Fastify refused before a route saw it. */
function fastifyErrorToSyncError(
  error: FastifyError,
  contentLength: number,
  limit: number,
): SyncError {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const size = contentLength > limit ? contentLength : limit + 1;
    const message = `The body has at least ${size} bytes; at most ${limit} are read`;
    return new SyncError('compression-limit', message, { size, limit });
  }
  if ((error.statusCode ?? 500) < 500) return new SyncError('protocol', error.message, {});
  return new SyncError('http', 'The server failed', { reason: 'server-error' }, { cause: error });
}
