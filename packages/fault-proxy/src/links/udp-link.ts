import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { monotonicMs, systemClock, type Clock, type RandomSource } from '@omega-tv/types';
import { OneWay, type LinkConditions } from './link.js';
import { Transit, type Direction } from './transit.js';

/** Of IPv4 and UDP. */
const HEADER_BYTES = 28;

/** A network between one client and a server. */
export interface Link {
  readonly port: number;
  /** Both ways, headers included. */
  bytes(): number;
  /** What passes it takes of that time. */
  readonly transit: Transit;
  close(): Promise<void>;
}

/** Carries datagrams to a port of this machine, as the conditions say. */
export async function openUdpLink(
  port: number,
  conditions: LinkConditions,
  random: RandomSource,
  /** Default: the machine's. */
  clock: Clock = systemClock,
): Promise<Link> {
  const ways = { up: new OneWay(conditions, random), down: new OneWay(conditions, random) };
  const transit = new Transit();
  const [inner, outer] = await Promise.all([openSocket(), openSocket()]);
  const arrived = new Set<string>();
  let clientPort = 0;
  let isOpen = true;
  const carry = (direction: Direction, datagram: Buffer, deliver: () => void): void => {
    const nowMs = monotonicMs(clock);
    const { atMs, isLost } = ways[direction].send(datagram.length + HEADER_BYTES, nowMs);
    if (isLost) {
      transit.lost(direction, nowMs);
      return;
    }
    // A copy of what is there already brings nothing on.
    const bytes = datagram.toString('latin1');
    if (!arrived.has(bytes)) transit.carried(direction, nowMs, atMs);
    arrived.add(bytes);
    setTimeout(() => {
      if (isOpen) deliver();
    }, atMs - nowMs);
  };
  inner.on('message', (datagram, from) => {
    clientPort = from.port;
    carry('up', datagram, () => {
      outer.send(datagram, port, '127.0.0.1');
    });
  });
  outer.on('message', (datagram) => {
    carry('down', datagram, () => {
      inner.send(datagram, clientPort, '127.0.0.1');
    });
  });
  return {
    port: inner.address().port,
    bytes: () => ways.up.bytes + ways.down.bytes,
    transit,
    close: async () => {
      isOpen = false;
      await Promise.all([inner, outer].map((socket) => closeSocket(socket)));
    },
  };
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => {
      resolve();
    });
  });
}
