import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { monotonicMs, systemClock, type Clock, type RandomSource } from '@omega-tv/types';
import { OneWay, type LinkConditions } from './link.js';
import { Transit, type Direction } from './transit.js';
import type { Link } from './udp-link.js';

/** Of IPv4 and TCP with time stamps (RFC 7323), and what a packet of 1,500 B has room for beside them. */
const HEADER_BYTES = 52;
const SEGMENT_BYTES = 1448;
/** Of a SYN, with its options. */
const SYN_BYTES = 60;
/** Before a round trip was measured (RFC 6298 section 2). */
const FIRST_TIMEOUT_MS = 1000;
/** A probe asks for what was lost after so many round trips (RFC 8985 section 7.2). */
const PROBE_ROUND_TRIPS = 2;

/**
 * Carries connections to a port of this machine. Their packets are not seen from here, so TCP is
 * modelled: a handshake of one round trip before data; data in segments, an acknowledgement for every
 * second; a lost SYN is repeated after a second, a lost segment after two round trips, with all that is
 * behind it waiting: no congestion window, which would only slow it down.
 */
export async function openTcpLink(
  port: number,
  conditions: LinkConditions,
  random: RandomSource,
  /** Default: the machine's. */
  clock: Clock = systemClock,
): Promise<Link> {
  const [up, down] = [new OneWay(conditions, random), new OneWay(conditions, random)];
  const transit = new Transit();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const target = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const nowMs = monotonicMs(clock);
    const openMs = nowMs + handshake(up, down, conditions);
    transit.carried('up', nowMs, openMs);
    const shared = { openMs, transit, conditions, clock };
    pump(client, target, { ...shared, direction: 'up', way: up, back: down });
    pump(target, client, { ...shared, direction: 'down', way: down, back: up });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    bytes: () => up.bytes + down.bytes,
    transit,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** How long it takes until the client may send. */
function handshake(up: OneWay, down: OneWay, { roundTripMs }: LinkConditions): number {
  let tookMs = roundTripMs;
  for (let timeoutMs = FIRST_TIMEOUT_MS; ; timeoutMs *= 2) {
    up.count(SYN_BYTES);
    const isThere = !up.loses();
    if (isThere) down.count(SYN_BYTES);
    if (isThere && !down.loses()) break;
    tookMs += timeoutMs;
  }
  up.count(HEADER_BYTES);
  return tookMs;
}

interface Way {
  readonly direction: Direction;
  readonly transit: Transit;
  readonly conditions: LinkConditions;
  readonly clock: Clock;
  readonly way: OneWay;
  /** Of acknowledgements. */
  readonly back: OneWay;
  readonly openMs: number;
}

function pump(
  from: Socket,
  to: Socket,
  { direction, transit, conditions: { roundTripMs }, clock, way, back, openMs }: Way,
): void {
  let lastMs = 0;
  let segments = 0;
  // One after another: timers of their own would pass each other by a millisecond.
  let turn: Promise<unknown> = Promise.resolve();
  const later = (work: () => void): void => {
    const atMs = lastMs;
    turn = turn.then(() => wait(Math.max(0, atMs - monotonicMs(clock)))).then(work);
  };
  from.on('data', (data: Buffer) => {
    for (let at = 0; at < data.length; at += SEGMENT_BYTES) {
      const part = data.subarray(at, at + SEGMENT_BYTES);
      lastMs = Math.max(lastMs, arrivalOf(part.length));
      transit.carried(direction, monotonicMs(clock), lastMs);
      later(() => to.write(part));
      segments += 1;
      if (segments % 2 === 0) back.count(HEADER_BYTES);
    }
  });
  from.on('end', () => {
    way.count(HEADER_BYTES);
    back.count(HEADER_BYTES);
    later(() => to.end());
  });
  // One that is cut takes the other along.
  from.on('error', () => to.destroy());

  function arrivalOf(bytes: number): number {
    let fromMs = Math.max(monotonicMs(clock), openMs);
    for (let waitMs = PROBE_ROUND_TRIPS * roundTripMs; ; waitMs *= 2) {
      const { atMs, isLost } = way.send(bytes + HEADER_BYTES, fromMs);
      if (!isLost) return atMs;
      fromMs += waitMs;
    }
  }
}
