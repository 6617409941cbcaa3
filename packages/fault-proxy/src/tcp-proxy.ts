import { connect, createServer, type Socket } from 'node:net';
import type { Schedule, TcpFault } from './faults.js';
import { listenOnLoopback, type Listening } from './listening.js';
import { durationMs, piecesAt, waitForReal, type Wait } from './waiting.js';

export interface TcpProxyOptions {
  readonly target: { readonly host: string; readonly port: number };
  /** Asked once a connection. */
  readonly schedule: Schedule<TcpFault>;
  /** Default: any free port. */
  readonly port?: number;
  readonly onConnection?: (fault: TcpFault) => void;
  /** Default: with the machine's timers. */
  readonly wait?: Wait;
}

/** Listens on loopback, and passes bytes on, whatever they say; TLS too. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<Listening> {
  const { target, schedule, onConnection, wait = waitForReal } = options;
  const server = createServer((client) => {
    const fault = schedule();
    onConnection?.(fault);
    if (fault.kind === 'reset') client.resetAndDestroy();
    else if (fault.kind !== 'silence') void join(client, target, fault, wait);
  });
  return listenOnLoopback(server, options.port, 'tcp');
}

/** Connects a client with the server until one of them goes, or the fault parts them. */
async function join(
  client: Socket,
  { host, port }: TcpProxyOptions['target'],
  fault: TcpFault,
  wait: Wait,
): Promise<void> {
  const gone = new AbortController();
  client.on('close', () => {
    gone.abort();
  });
  client.pause();
  if (fault.kind === 'delay') await wait(fault.ms, gone.signal);
  if (gone.signal.aborted) return;
  const server = connect(port, host);
  server.on('error', () => undefined);
  const part = (): void => {
    client.resetAndDestroy();
    server.resetAndDestroy();
  };
  server.on('close', () => client.destroy());
  client.on('close', () => server.destroy());
  const rate = fault.kind === 'throttle' ? fault.bitsPerSecond : undefined;
  const most = (kind: TcpFault['kind']): number =>
    'bytes' in fault && fault.kind === kind ? fault.bytes : Infinity;
  const pace = { rate, wait, signal: gone.signal };
  await Promise.all([
    pump(client, server, { ...pace, mostBytes: most('cut-request'), part }),
    pump(server, client, { ...pace, mostBytes: most('cut-answer'), part }),
  ]).catch(part);
}

interface Pace {
  readonly rate: number | undefined;
  readonly mostBytes: number;
  /** What is done when `mostBytes` have passed. */
  readonly part: () => void;
  readonly wait: Wait;
  readonly signal: AbortSignal;
}

async function pump(from: Socket, to: Socket, pace: Pace): Promise<void> {
  const { rate, mostBytes, part, wait, signal } = pace;
  let passed = 0;
  for await (const chunk of from) {
    const bytes = (chunk as Buffer).subarray(0, mostBytes - passed);
    passed += bytes.length;
    for (const piece of rate === undefined ? [bytes] : piecesAt(rate, bytes)) {
      await new Promise<void>((resolve) => {
        to.write(piece, () => {
          resolve();
        });
      });
      if (rate !== undefined) await wait(durationMs(rate, piece.length), signal);
    }
    if (passed >= mostBytes) {
      part();
      return;
    }
  }
  to.end();
}
