import { createServer as createHttpServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { createRandom } from '@omega-tv/seeded-random';
import { onTestFinished } from '@omega-tv/test-support';
import { describe, expect, it } from '@jest/globals';
import { fuzzHttp, HttpFuzzFailure } from '../src/http-fuzz.js';

const BODIES = 600;

describe('mutated bodies over HTTP', () => {
  it('are taken or refused, and leave the server as it was (rule 13.36)', async () => {
    const constellation = await Constellation.open({
      store: createMemoryConstellationStore(),
      format: createNodeV1Format(),
      snapshots: { codecs: [createMiniLmCodec()] },
    });
    const app = createServer(constellation);
    onTestFinished(async () => {
      await app.close();
      await constellation.close();
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const statuses = await fuzzHttp({ url, bodies: BODIES, random: createRandom('test', 1) });
    const sum = [...statuses.values()].reduce((total, count) => total + count, 0);
    expect(sum).toBe(BODIES);
    // Some get through, some are no frames, some are frames of what no TV says.
    expect(statuses.get(200)).toBeGreaterThan(BODIES / 100);
    expect(statuses.get(400)).toBeGreaterThan(BODIES / 10);
    const { deltasApplied, duplicates, refused } = constellation.report();
    expect(deltasApplied + duplicates).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    const published = await constellation.publish();
    expect(published?.version ?? 0).toBeGreaterThanOrEqual(0);
  });

  it('that a server falls over are shown', async () => {
    const server = createHttpServer((_request, response) => {
      response.statusCode = 500;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const failed = fuzzHttp({ url, bodies: 10, random: createRandom('test', 1) });
    await expect(failed).rejects.toThrow(HttpFuzzFailure);
    await expect(failed).rejects.toThrow('The answer is 500');
  });
});
