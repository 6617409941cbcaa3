import { expect, it } from '@jest/globals';
import {
  createMiniLmCodec,
  createNodeV1Format,
  createNodeV2Format,
} from '@omega-tv/compression/node';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { ConstellationProtocol } from '@omega-tv/protocol';
import { describeUnless, onTestFinished } from '@omega-tv/test-support';
import { missing, serve, transportTo } from './support.js';

describeUnless(missing, 'a Constellation over QUIC', () => {
  it('is asked what it is asked over HTTP (rule 15.1)', async () => {
    const constellation = await Constellation.open({
      store: createMemoryConstellationStore(),
      format: createNodeV1Format(),
      snapshots: { codecs: [createMiniLmCodec()] },
      federation: { minDevices: 1 },
    });
    const handler = createServer(constellation);
    onTestFinished(async () => {
      await handler.close();
      await constellation.close();
    });
    const transport = await transportTo(await serve({ handler }));
    const format = createNodeV2Format();
    const fallback = createNodeV1Format();
    const embedding = new Float32Array(384).fill(0.05);
    const patterns = [{ id: 'p1', embedding, successRate: 0.9, sampleCount: 12, genre: 'drama' }];
    const delta = { patterns, version: 1, timestamp: '2026-11-22T10:00:00Z' };
    const protocol = new ConstellationProtocol({ transport, format });
    await protocol.healthCheck();
    await protocol.sync({ ...delta, deviceId: 'kitchen' });
    const old = new ConstellationProtocol({ transport, format: fallback });
    await old.sync({ ...delta, deviceId: 'attic' });
    await constellation.publish();
    expect(await protocol.getGlobalVersion()).toBe(1);
    const { globalPatterns } = await protocol.sync({ ...delta, deviceId: 'kitchen', version: 2 });
    expect(globalPatterns?.patterns).toHaveLength(1);
    expect(constellation.report()).toMatchObject({ devices: 2, samplesAccepted: 24 });
  });
});
