import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from '@omega-tv/test-support';

interface Passed {
  readonly direction: 'up' | 'down';
  readonly datagram: Buffer;
}

export interface Relay {
  readonly port: number;
  /** What came to the relay, in order. */
  readonly passed: readonly Passed[];
  /** The server sees the client under another port from now on, as when a NAT forgets it. */
  rebind(): Promise<void>;
  /** Sends the server a datagram as if it came from the client. */
  inject(datagram: Buffer): void;
}

/** Passes datagrams on between one client and a server, each where `passes` says so. */
export async function relayTo(
  port: number,
  passes: (direction: 'up' | 'down', datagram: Buffer) => boolean = () => true,
  /** Each way; none unless told. */
  delayMs = 0,
): Promise<Relay> {
  const passed: Passed[] = [];
  let isOpen = true;
  onTestFinished(() => (isOpen = false));
  const later = (send: () => void): void => {
    if (delayMs === 0) send();
    else {
      setTimeout(() => {
        if (isOpen) send();
      }, delayMs);
    }
  };
  const note = (direction: 'up' | 'down', datagram: Buffer): void => {
    passed.push({ direction, datagram: Buffer.from(datagram) });
  };
  const inner = createSocket('udp4');
  let outer: Socket | undefined;
  let client: { readonly address: string; readonly port: number } | undefined;
  inner.on('message', (datagram, from) => {
    client = from;
    note('up', datagram);
    if (passes('up', datagram))
      later(() => {
        outer?.send(datagram, port, '127.0.0.1');
      });
  });
  const open = async (): Promise<void> => {
    const opened = createSocket('udp4');
    opened.on('message', (datagram) => {
      note('down', datagram);
      if (passes('down', datagram) && client !== undefined) {
        const { port: to, address } = client;
        later(() => {
          inner.send(datagram, to, address);
        });
      }
    });
    await bind(opened);
    outer = opened;
  };
  const inject = (datagram: Buffer): void => {
    outer?.send(datagram, port, '127.0.0.1');
  };
  await open();
  await bind(inner);
  return { port: inner.address().port, passed, rebind: open, inject };
}

async function bind(socket: Socket): Promise<void> {
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => socket.close(resolve)));
}
