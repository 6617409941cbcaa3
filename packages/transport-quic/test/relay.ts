import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from '@omega-tv/test-support';

interface Passed {
  readonly direction: 'up' | 'down';
  readonly bytes: number;
  /** True where it begins with a packet of early data (RFC 9000 section 17.2.3). */
  readonly isEarly: boolean;
}

export interface Relay {
  readonly port: number;
  /** What came to the relay, in order. */
  readonly passed: readonly Passed[];
  /** The server sees the client under another port from now on, as when a NAT forgets it. */
  rebind(): Promise<void>;
}

/** Passes datagrams on between one client and a server, each where `passes` says so. */
export async function relayTo(
  port: number,
  passes: (direction: 'up' | 'down', datagram: Buffer) => boolean = () => true,
): Promise<Relay> {
  const passed: Passed[] = [];
  const note = (direction: 'up' | 'down', datagram: Buffer): void => {
    passed.push({ direction, bytes: datagram.length, isEarly: (datagram[0]! & 0xf0) === 0xd0 });
  };
  const inner = createSocket('udp4');
  let outer: Socket | undefined;
  let client: { readonly address: string; readonly port: number } | undefined;
  inner.on('message', (datagram, from) => {
    client = from;
    note('up', datagram);
    if (passes('up', datagram)) outer?.send(datagram, port, '127.0.0.1');
  });
  const open = async (): Promise<void> => {
    const opened = createSocket('udp4');
    opened.on('message', (datagram) => {
      note('down', datagram);
      if (passes('down', datagram) && client !== undefined) {
        inner.send(datagram, client.port, client.address);
      }
    });
    await bind(opened);
    outer = opened;
  };
  await open();
  await bind(inner);
  return { port: inner.address().port, passed, rebind: open };
}

async function bind(socket: Socket): Promise<void> {
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => socket.close(resolve)));
}
