// A process of its own, since engine flags hold for a whole process. Prints JSON: milliseconds of
// processor time of one exchange, the server's part left out.
import { loadCatalogue } from '@omega-tv/catalogue';
import { createMemoryPatternStore, SyncClient } from '@omega-tv/client';
import { createNodeV1Format, createNodeV2Format } from '@omega-tv/compression/node';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import type { Transport } from '@omega-tv/protocol';
import type { CpuRow } from './cpu.js';

const ROUNDS = 15;

const constellation = await Constellation.open({
  store: createMemoryConstellationStore(),
  format: createNodeV1Format(),
  snapshots: { codecs: [createMiniLmCodec()] },
});
const server = createServer(constellation);
const inner = createInMemoryTransport(server);
let serverUs = 0;
const transport: Transport = {
  request: async (request) => {
    const start = process.cpuUsage();
    const answer = await inner.request(request);
    serverUs += totalOf(process.cpuUsage(start));
    return answer;
  },
};
const store = createMemoryPatternStore();
const tv = await SyncClient.create({
  url: 'http://constellation.invalid',
  deviceId: 'measured',
  format: createNodeV2Format(),
  transport,
  store,
});
const titles = loadCatalogue();

async function measure(pushed: number): Promise<CpuRow> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const patterns = titles.slice(0, pushed).map(({ embedding, genres, id }) => ({
      ...{ id: `${pushed} ${id}`, embedding, genre: genres[0], successRate: 0.9 },
      sampleCount: 12 + round,
    }));
    await store.skillStore(...patterns);
    serverUs = 0;
    const start = process.cpuUsage();
    await tv.syncStore();
    times.push(totalOf(process.cpuUsage(start)) - serverUs);
  }
  times.sort((a, b) => a - b);
  return { pushed, cpuMs: (times[times.length >> 1] ?? 0) / 1000 };
}

function totalOf({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}

const rows: CpuRow[] = [];
for (const pushed of [0, 1, 8]) rows.push(await measure(pushed));
process.stdout.write(JSON.stringify(rows));
await server.close();
await constellation.close();
