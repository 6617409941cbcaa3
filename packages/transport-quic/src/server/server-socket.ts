import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

/** Datagrams that wait while this process does other work. Bytes; the system may cap it. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** @throws Error of Node where the port cannot be had. */
export async function openServerSocket(host: string, port: number): Promise<Socket> {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({
    type: `udp${family}`,
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // Where answers go is an address already.
    lookup: (address, _options, done) => {
      done(null, address, family);
    },
  });
  const listening = once(socket, 'listening');
  socket.bind(port, host);
  try {
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  // Errors of single datagrams (ICMP): their clients are gone, and time out.
  socket.on('error', () => undefined);
  return socket;
}
