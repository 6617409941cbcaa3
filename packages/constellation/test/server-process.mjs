// A server on the folder and the clock of the machine, for tests that end it without warning.
import {
  Constellation,
  createServer,
  openLevelConstellationStore,
  startPublishing,
} from '@omega-tv/constellation';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';

const constellation = await Constellation.open({
  store: await openLevelConstellationStore({ directory: process.argv[2] }),
  format: createNodeV1Format(),
  snapshots: { codecs: [createMiniLmCodec()] },
  federation: { minDevices: 3 },
  learning: { maxCompletionsPerDay: Number.MAX_SAFE_INTEGER },
});
startPublishing(constellation, { everyMs: 5 });
const url = await createServer(constellation).listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${url}\n`);
