import { randomUUID } from 'node:crypto';
import { maxHeaderSize } from 'node:http';
import { httpsOptions, type TlsCertificate } from './tls.js';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import { FRAME_MEDIA_TYPE, V2_LIMITS } from '@omega-tv/compression';
import { isSyncError, SyncError } from '@omega-tv/types';
import type { ServedConstellation } from './served.js';
import type { ServerMetrics } from '../operations/metrics.js';
import { allowOrigins } from './cors.js';
import type { AdmissionOptions } from './handlers/admission.js';
import { serverFailed, tooLarge } from './handlers/problem-answer.js';
import { Responder } from './handlers/responder.js';
import type { IncomingRequest, RequestHead, Route } from './handlers/route.js';
import { addObservers } from './observers.js';
import { answerClientError, sendAnswer, sendProblem } from './problems.js';
import { addRateLimit, type RateLimits } from './rate-limits.js';
import { addCaller, addRoutes, headOf } from './routes.js';

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
  /** Serves https, as the server that it names. Default: http, for a proxy that speaks TLS. */
  readonly tls?: TlsCertificate;
}

const DEFAULT_CONNECTIONS = 10_000;
const DEFAULT_LOG_EVERY = 100;

/** A Fastify instance; `respond` answers in this process what it answers over HTTP. */
export type ConstellationServer = FastifyInstance & Pick<Responder, 'respond'>;

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
  constellation: ServedConstellation,
  options: ServerOptions = {},
): ConstellationServer {
  const { limits = {}, metrics, trustProxies = [] } = options;
  const { pendingPushes, perDevice } = limits;
  const responder = new Responder(constellation, {
    ...options,
    ...(pendingPushes === undefined ? {} : { pendingPushes }),
    ...(perDevice === undefined ? {} : { perDevice }),
  });
  const app = fastify({
    bodyLimit: constellation.format.maxRequestBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { connectionsCheckingInterval: SLOW_CHECK_MS },
    ...httpsOptions(options.tls, { connectionsCheckingInterval: SLOW_CHECK_MS }),
    forceCloseConnections: 'idle',
    // What reaches a closing server is answered as ever: Fastify's own 503 says not when to come back.
    return503OnClosing: false,
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
  metrics?.watchLoad(responder.load);
  allowOrigins(app, options.allowOrigins ?? []);
  addRateLimit(app, limits);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  const frameLimit = { parseAs: 'buffer', bodyLimit: V2_LIMITS.maxRequestBytes } as const;
  app.addContentTypeParser(FRAME_MEDIA_TYPE, frameLimit, (_request, body, done) => {
    done(null, body);
  });

  addRoutes(app, responder);

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

  app.setNotFoundHandler((request, reply) =>
    sendAnswer(reply, responder.unknownRoute(headOf(request))),
  );
  app.setErrorHandler<FastifyError | SyncError>((error, request, reply) => {
    const [route, head] = [routeOf(request), headOf(request)];
    if (isSyncError(error)) return sendAnswer(reply, responder.failed(route, head, error));
    const status = error.statusCode ?? 500;
    if (status < 500) {
      const shown = toSyncError(error, head.headers, responder.bodyLimitOf(head));
      return sendAnswer(reply, responder.refuseUnread(route, head, shown, status));
    }
    request.log.error({ err: error }, 'the request failed');
    return sendAnswer(reply, responder.failed(route, head, serverFailed(error), status));
  });

  return Object.assign(app, {
    respond: (request: IncomingRequest) => responder.respond(request),
  });

  function routeOf({ routeOptions }: FastifyRequest): Route | undefined {
    return responder.routes.find(({ pattern }) => pattern === routeOptions.url);
  }
}

/** What Fastify refused before a route saw it. */
function toSyncError(
  { code, message }: FastifyError,
  headers: RequestHead['headers'],
  limit: number,
): SyncError {
  if (code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return new SyncError('protocol', message, {});
  const contentLength = Number(headers['content-length']);
  return tooLarge(contentLength > limit ? contentLength : limit + 1, limit);
}
