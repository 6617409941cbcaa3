// Runs exchanges in virtual time against a server in this process, and prints the heap in use after
// each thousand. Usage: node --expose-gc heap-process.mjs EXCHANGES
import { loadCatalogue } from '@omega-tv/catalogue';
import { createMemoryPatternStore, SyncClient } from '@omega-tv/client';
import {
  createMiniLmCodec,
  createNodeV1Format,
  createNodeV2Format,
} from '@omega-tv/compression/node';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';

const EXCHANGES = Number(process.argv[2]);
/** One in so many has something to push: often at first, until all that is kept is full. */
const pushesOf = (done) => (done <= 4000 ? 20 : 100);

let nowMs = Date.UTC(2026, 10, 1);
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
const constellation = await Constellation.open({
  store: createMemoryConstellationStore(),
  format: createNodeV1Format(),
  snapshots: { codecs: [createMiniLmCodec()] },
  clock,
});
const server = createServer(constellation);
const transport = createInMemoryTransport(server);
const store = createMemoryPatternStore();
const url = 'http://constellation.invalid';
const format = createNodeV2Format();
const tv = await SyncClient.create({ url, deviceId: 'heap', format, transport, store, clock });
const titles = loadCatalogue();

const heaps = [];
for (let done = 1; done <= EXCHANGES; done += 1) {
  nowMs += 600_000;
  if (done % pushesOf(done) === 0) {
    const index = (done / pushesOf(done)) % 60;
    const { embedding, genres } = titles[index];
    const pattern = { id: `p${index}`, embedding, genre: genres[0] };
    await store.skillStore({ ...pattern, successRate: 0.9, sampleCount: 10 + done });
  }
  await tv.syncStore();
  if (done % 1000 === 0) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
    heaps.push(process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
  }
}
const { waitingSamples } = await tv.standing();
process.stdout.write(
  JSON.stringify({ heaps, waitingSamples, accepted: constellation.report().samplesAccepted }),
);
await server.close();
await constellation.close();
