import { BlockList, isIPv6 } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { checkRate, tooManyRequests } from './handlers/device-rate.js';

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
/** Addresses that are told apart at a time; the longest unseen gives way. */
const MAX_TRACKED = 50_000;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Limits how often one address asks: 429 once there were too many in a minute. */
export function addRateLimit(
  app: FastifyInstance,
  { perAddress = Infinity }: Pick<RateLimits, 'perAddress'>,
): void {
  checkRate(perAddress);
  if (perAddress === Infinity) return;
  app.register(rateLimit, { global: false });
  let count: ReturnType<FastifyInstance['createRateLimit']> | undefined;
  app.after(() => {
    // Its types do not know `cache`, which its store takes from here all the same.
    const settings = { max: perAddress, timeWindow: MINUTE_MS, cache: MAX_TRACKED };
    count = app.createRateLimit(settings);
  });
  app.addHook('onRequest', async (request) => {
    if (count === undefined || isLoopback(request.ip)) return;
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    throw tooManyRequests('this address', perAddress, counted.ttl);
  });
}

function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
