import type { AddressInfo, Server, Socket } from 'node:net';

/** A proxy that listens. */
export interface Listening {
  readonly port: number;
  readonly url: string;
  /** Ends all connections, and listens no more. */
  close(): Promise<void>;
}

/** Listens on loopback; any free port where none is given. */
export async function listenOnLoopback(
  server: Server,
  port = 0,
  scheme: 'http' | 'tcp',
): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // That peers go away is what a proxy of faults is about.
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    url: `${scheme}://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
