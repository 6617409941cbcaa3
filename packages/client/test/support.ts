import { onTestFinished } from '@omega-tv/test-support';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import type { Transport, TransportRequest } from '@omega-tv/protocol';
import { type Clock, type GlobalPatterns, type PatternData } from '@omega-tv/types';
import { SyncClient, type SyncClientOptions } from '../src/index.js';

export { syncErrorOf, temporaryFolder } from '@omega-tv/test-support';

export const NOW_MS = Date.parse('2026-11-22T10:00:00Z');
export const TIMESTAMP = '2026-11-22T10:00:00.000Z';
export const clock: Clock = { nowMs: () => NOW_MS };
export const format = createNodeV1Format();

const titles = loadCatalogue();

export function realPattern(index: number, change: Partial<PatternData> = {}): PatternData {
  const { embedding, genres } = titles[index % titles.length]!;
  return {
    id: `p${index}`,
    // Without the negative zeros that the catalogue holds: JSON has none.
    embedding: embedding.map((value) => value + 0),
    successRate: 0.9,
    sampleCount: 12,
    genre: genres[0],
    ...change,
  };
}

export function realPatterns(count: number, change: Partial<PatternData> = {}): PatternData[] {
  return Array.from({ length: count }, (_, index) => realPattern(index, change));
}

export function snapshotOf(version: number, count = 2): GlobalPatterns {
  const patterns = realPatterns(count).map((one) => ({ ...one, id: `global:${one.id}` }));
  return { patterns, trends: [], version, timestamp: TIMESTAMP };
}

/** A server in this process, with publications after two devices. */
export async function openConstellation(): Promise<{
  constellation: Constellation;
  transport: Transport;
}> {
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format,
    clock,
    federation: { minDevices: 2 },
  });
  const server = createServer(constellation);
  onTestFinished(async () => {
    await server.close();
    await constellation.close();
  });
  return { constellation, transport: createInMemoryTransport(server) };
}

export function openClient(
  transport: Transport,
  options: Partial<SyncClientOptions> = {},
): Promise<SyncClient> {
  const url = 'http://constellation.invalid';
  return SyncClient.create({ url, deviceId: 'tv-1', format, transport, clock, ...options });
}

/** Lists the requests, and lets the test stand between the TV and the server. */
export function recording(
  inner: Transport,
  around: (
    next: () => ReturnType<Transport['request']>,
    request: TransportRequest,
  ) => ReturnType<Transport['request']> = (next) => next(),
): Transport & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    request: (request) => {
      seen.push(`${request.method} ${request.path}`);
      return around(() => inner.request(request), request);
    },
  };
}
