import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { HEADERS } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';

/** What a page may send beside what every page may. */
const ALLOWED_HEADERS = [
  ...['Accept', 'Authorization', 'Content-Type', 'If-None-Match'],
  ...[HEADERS.deviceId, HEADERS.syncVersion, HEADERS.prefer, HEADERS.traceParent],
];
/** What a page may read of an answer beside what every page may. */
const EXPOSED_HEADERS = [
  ...[HEADERS.acceptPost, 'Date', 'ETag', 'Preference-Applied', 'Retry-After'],
  ...['WWW-Authenticate', 'X-Request-Id'],
];
/** As long as any browser remembers a preflight. */
const MAX_AGE_S = 86_400;

/**
 * Lets pages of these origins use the server (CORS: fetch.spec.whatwg.org).
 * @param origins such as `https://tv.example.com`, or `*` for every page.
 * @throws SyncError `invalid-config` for what no page has as its origin.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  for (const origin of origins) checkOrigin(origin);
  if (origins.length === 0) return;
  app.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: MAX_AGE_S,
    strictPreflight: false,
  });
}

function checkOrigin(origin: string): void {
  if (origin === '*' || originOf(origin) === origin) return;
  const message = `${JSON.stringify(origin)} is no origin; expected scheme, host and port alone, as in https://tv.example.com`;
  throw new SyncError('invalid-config', message, { field: 'allowOrigins' });
}

/** Opaque origins are all `null`: any sandboxed page has that one. */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, protocol, host } = new URL(text);
  return origin === 'null' ? `${protocol}//${host}` : origin;
}
