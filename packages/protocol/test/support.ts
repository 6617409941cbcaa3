import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createNetServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from '@omega-tv/test-support';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { type Clock, type GlobalPatterns, type PatternData, type SyncDelta } from '@omega-tv/types';
import {
  ConstellationProtocol,
  createAxiosTransport,
  type AxiosTransportOptions,
} from '../src/index.js';

export { syncErrorOf } from '@omega-tv/test-support';

export const NOW_MS = Date.parse('2026-11-22T10:00:00Z');
const TIMESTAMP = '2026-11-22T10:00:00Z';
export const clock: Clock = { nowMs: () => NOW_MS, monotonicMs: () => 0 };
export const format = createNodeV1Format();

const titles = loadCatalogue();

export function realPatterns(count: number, idPrefix = 'p'): readonly PatternData[] {
  return titles.slice(0, count).map(({ embedding, genres }, index) => ({
    id: `${idPrefix}${index}`,
    embedding,
    successRate: 0.9,
    sampleCount: 12,
    genre: genres[0],
  }));
}

export function deltaOf(count: number, change: Partial<SyncDelta> = {}): SyncDelta {
  const patterns = realPatterns(count);
  return { deviceId: 'tv-1', patterns, version: 6, timestamp: TIMESTAMP, ...change };
}

export const globals: GlobalPatterns = {
  patterns: realPatterns(3, 'global:'),
  trends: [
    { contentId: 'film-1', score: 2, region: 'DE', genre: 'drama', calculatedAt: TIMESTAMP },
  ],
  version: 41,
  timestamp: TIMESTAMP,
};

export async function answerBody(): Promise<Buffer> {
  return Buffer.from((await format.encodeGlobalPatterns(globals)).bytes);
}

/** Serves on a free port until the test is over; returns the URL. */
export async function serve(listener: RequestListener): Promise<string> {
  return listen(createServer(listener));
}

/** Takes raw connections until the test is over; returns the URL. */
export async function serveRaw(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createNetServer((socket) => {
    sockets.add(socket);
    // A client that goes away is what these tests are about.
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return listen(server);
}

export async function listen(server: Server | ReturnType<typeof createNetServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function protocolTo(
  baseUrl: string,
  options: { timeoutMs?: number } & Omit<AxiosTransportOptions, 'baseUrl'> = {},
): ConstellationProtocol {
  const { timeoutMs = 10_000, ...transport } = options;
  return new ConstellationProtocol({
    transport: createAxiosTransport({ baseUrl, ...transport }),
    format,
    clock,
    timeoutMs,
  });
}

/** A promise and what settles it. */
export function deferred<Value>(): {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
} {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
