import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from '@jest/globals';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { runReadmeExamples } from '@omega-tv/readme-examples';
import { root } from './workspace.js';

it('runs the example of the README against a server', async () => {
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
  });
  const server = createServer(constellation);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  await runReadmeExamples(pathToFileURL(path.join(root, 'README.md')), { CONSTELLATION_URL: url });
  expect(constellation.report()).toMatchObject({ devices: 1, samplesAccepted: 12 });
  await server.close();
});
