import { BlockList, isIPv6 } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SyncError } from '@omega-tv/types';
import { callerOf } from './routes.js';

export interface RateLimits {
  /**
   * Requests a minute from one address (IPv6: one /64). Addresses of this machine are not limited:
   * a proxy that is not trusted would hide all TVs behind one. Default: no limit.
   */
  readonly perAddress?: number;
  /** Pushes a minute of one device that showed a token. Default: no limit. */
  readonly perDevice?: number;
}

const MINUTE_MS = 60_000;
/** Addresses, and devices, that are told apart at a time; the longest unseen gives way. */
const MAX_TRACKED = 50_000;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Limits how often one address asks, and returns the check of how often one device pushes. */
export function addRateLimits(
  app: FastifyInstance,
  { perAddress = Infinity, perDevice = Infinity }: RateLimits,
): (request: FastifyRequest) => Promise<void> {
  app.register(rateLimit, { global: false });
  const checkAddress = limiter(app, 'this address', {
    max: perAddress,
    isExempt: ({ ip }) => isLoopback(ip),
  });
  app.addHook('onRequest', checkAddress);
  return limiter(app, 'this device', {
    max: perDevice,
    isExempt: (request) => callerOf(request).deviceId === undefined,
    keyOf: (request) => callerOf(request).deviceId ?? '',
  });
}

interface Limit {
  readonly max: number;
  readonly isExempt: (request: FastifyRequest) => boolean;
  /** Default: the address. */
  readonly keyOf?: (request: FastifyRequest) => string;
}

/** @throws SyncError `http` with status 429 once there were too many in a minute. */
function limiter(
  app: FastifyInstance,
  who: string,
  { max, isExempt, keyOf }: Limit,
): (request: FastifyRequest) => Promise<void> {
  if (max === Infinity) return () => Promise.resolve();
  if (!Number.isSafeInteger(max) || max < 1) {
    const message = `A rate limit is ${max}; expected requests a minute, at least 1`;
    throw new SyncError('invalid-config', message, { field: 'limits' });
  }
  let count: ReturnType<FastifyInstance['createRateLimit']> | undefined;
  app.after(() => {
    // Its types do not know `cache`, which its store takes from here all the same.
    const settings = { max, timeWindow: MINUTE_MS, cache: MAX_TRACKED };
    const keyGenerator = keyOf === undefined ? {} : { keyGenerator: keyOf };
    count = app.createRateLimit({ ...settings, ...keyGenerator });
  });
  return async (request) => {
    if (count === undefined || isExempt(request)) return;
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    throw new SyncError(
      'http',
      `Too many requests came from ${who}; at most ${max} a minute are answered`,
      { reason: 'client-error', status: 429 },
      { retryable: true, retryAfterMs: counted.ttl },
    );
  };
}

function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
