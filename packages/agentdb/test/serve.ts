import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { onTestFinished } from '@omega-tv/test-support';

/** A server on the loopback that ends with the test. */
export async function serve(): Promise<{ constellation: Constellation; url: string }> {
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    federation: { minDevices: 1 },
  });
  const server = createServer(constellation);
  onTestFinished(async () => {
    await server.close();
    await constellation.close();
  });
  return { constellation, url: await server.listen({ host: '127.0.0.1', port: 0 }) };
}
