import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PATHS } from '@omega-tv/protocol';
import type { ServerUnderLoad } from './server-under-load.js';

/** Connections that are opened at once. */
const AT_ONCE = 100;

/** What a server's process holds for each connection that has asked once and says nothing more, in bytes. */
export async function measureConnections(
  server: ServerUnderLoad,
  connections: number,
): Promise<number> {
  // The first ones make what all share.
  const first = await openAll(server.url, AT_ONCE);
  const before = await server.memory();
  const sockets = await openAll(server.url, connections);
  const after = await server.memory();
  for (const socket of [...first, ...sockets]) socket.destroy();
  return Math.max(0, after - before) / connections;
}

async function openAll(url: string, count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const more = Math.min(AT_ONCE, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: more }, () => open(url)))));
  }
  return sockets;
}

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`GET ${PATHS.version} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}
