// A Constellation on a level store. Usage: node constellation-process.mjs DIRECTORY PORT
// Prints its URL when it listens; ends by a signal only.
import { writeSync } from 'node:fs';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { Constellation, createServer, openLevelConstellationStore } from '@omega-tv/constellation';

const [directory, port] = process.argv.slice(2);
const constellation = await Constellation.open({
  store: await openLevelConstellationStore({ directory }),
  format: createNodeV1Format(),
  clock: { nowMs: Date.now },
});
const server = createServer(constellation);
writeSync(1, `${await server.listen({ host: '127.0.0.1', port: Number(port) })}\n`);
