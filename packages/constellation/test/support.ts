import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createNodeV1Format, nativeZstd } from '@omega-tv/compression/node';
import { syncDeltaToWire, type PatternData, type SyncDelta } from '@omega-tv/types';
import { onTestFinished } from '@omega-tv/test-support';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
  type ConstellationOptions,
  type ConstellationServer,
  type ServerOptions,
} from '../src/index.js';

export { syncErrorOf, temporaryFolder } from '@omega-tv/test-support';

export const format = createNodeV1Format();
const TIMESTAMP = '2026-11-22T10:00:00Z';

const titles = loadCatalogue();
/** Exact unit vectors; the catalogue's own are half floats. */
const embeddings = titles.map(({ embedding }) => {
  const length = Math.hypot(...embedding);
  return embedding.map((value) => value / length);
});

export function patternOf(index: number, change: Partial<PatternData> = {}): PatternData {
  return {
    id: `p${index}`,
    embedding: embeddings[index % embeddings.length]!,
    successRate: 0.9,
    sampleCount: 12,
    genre: titles[index % titles.length]!.genres[0],
    ...change,
  };
}

export function deltaOf(deviceId: string, ...patterns: readonly PatternData[]): SyncDelta {
  return { deviceId, patterns, version: 1, timestamp: TIMESTAMP };
}

export async function bodyOf(deviceId: string, ...patterns: readonly PatternData[]) {
  return (await format.encodeDelta(deltaOf(deviceId, ...patterns))).bytes;
}

/** A body that says whatever the test wants; its vectors are rounded so that two patterns fit. */
export function bodyOfJson(json: unknown): Promise<Uint8Array> {
  return nativeZstd.compress(new TextEncoder().encode(JSON.stringify(json)));
}

/** The JSON of a delta, free to be spoiled. */
export function jsonOf(deviceId: string, ...patterns: readonly PatternData[]) {
  const wire = syncDeltaToWire(deltaOf(deviceId, ...patterns));
  return {
    ...wire,
    patterns: wire.patterns.map((pattern) => ({
      ...pattern,
      embedding: pattern.embedding.map((value) => Math.round(value * 100) / 100),
    })),
  };
}

/** Devices are kept by the hash of their ids. */
export function deviceKeyOf(deviceId: string): string {
  return createHash('sha256').update(deviceId).digest('base64url');
}

/** A clock that a test sets; it counts how often it was read. */
export class TestClock {
  reads = 0;
  constructor(public timeMs = Date.parse(TIMESTAMP)) {}
  nowMs(): number {
    this.reads += 1;
    return this.timeMs;
  }
}

export async function openConstellation(
  options: Partial<ConstellationOptions> = {},
): Promise<Constellation> {
  return Constellation.open({
    store: createMemoryConstellationStore(),
    format,
    clock: new TestClock(),
    federation: { minDevices: 3 },
    ...options,
  });
}

export interface TestServer {
  readonly constellation: Constellation;
  readonly app: ConstellationServer;
  readonly port: number;
  readonly url: string;
}

/** Serves on a free port until the test ends. */
export async function serve(
  options: Partial<ConstellationOptions> = {},
  serverOptions: ServerOptions = {},
): Promise<TestServer> {
  const constellation = await openConstellation(options);
  const app = createServer(constellation, serverOptions);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
    await constellation.close();
  });
  const { port } = app.server.address() as AddressInfo;
  return { constellation, app, port, url };
}

/** Lets others work until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(1);
}

/** Refusals are counted in the background: waits until the report says so many. */
export async function refusedCount(constellation: Constellation, count: number): Promise<void> {
  await until(() => constellation.report().refused >= count);
}

/** Ends a child process at once and waits for it. */
export async function kill(child: { kill(signal: 'SIGKILL'): boolean }): Promise<void> {
  const exited = once(child as unknown as NodeJS.EventEmitter, 'exit');
  child.kill('SIGKILL');
  await exited;
}
