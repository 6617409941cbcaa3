import { nativeZstd } from '@omega-tv/compression/node';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import {
  ConstellationProtocol,
  createAxiosTransport,
  PATHS,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  type Transport,
  type TransportRequest,
} from '@omega-tv/protocol';
import { describe, expect, it } from '@jest/globals';
import { onTestFinished, waitUntil } from '@omega-tv/test-support';
import { clock, format, realPattern, realPatterns, syncErrorOf, TIMESTAMP } from './support.js';

type Mount = (server: ReturnType<typeof createServer>) => Promise<Transport>;

const mounts: readonly { readonly name: string; readonly mount: Mount }[] = [
  { name: 'in memory', mount: (server) => Promise.resolve(createInMemoryTransport(server)) },
  {
    name: 'over HTTP',
    mount: async (server) => {
      const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
      return createAxiosTransport({ baseUrl });
    },
  },
];

describe.each(mounts)('the contract, $name', ({ mount }) => {
  async function start() {
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
    const transport = await mount(server);
    return {
      constellation,
      transport,
      protocol: new ConstellationProtocol({ transport, format, clock }),
    };
  }

  const deltaOf = (deviceId: string, count: number, sampleCount = 12) => ({
    deviceId,
    patterns: realPatterns(count, { sampleCount }),
    version: 1,
    timestamp: TIMESTAMP,
  });

  const requestOf = (change: Partial<TransportRequest>): TransportRequest => ({
    method: 'POST',
    path: PATHS.sync,
    headers: { 'Content-Type': 'application/octet-stream' },
    timeoutMs: 300_000,
    maxResponseBytes: 16 * 1024,
    ...change,
  });

  it('is well, and at version 0 first', async () => {
    const { protocol } = await start();
    await protocol.healthCheck();
    expect(await protocol.getGlobalVersion()).toBe(0);
  });

  it('answers an empty push with an empty, valid answer', async () => {
    const { protocol } = await start();
    const { globalPatterns, result } = await protocol.sync(deltaOf('a', 0));
    expect(globalPatterns).toMatchObject({ patterns: [], trends: [], version: 0 });
    expect(result).toMatchObject({ patternsPushed: 0, patternsReceived: 0, globalVersion: 0 });
  });

  it('publishes what two devices pushed', async () => {
    const { constellation, protocol } = await start();
    for (const deviceId of ['Küche', '📺']) await protocol.sync(deltaOf(deviceId, 3));
    const published = await constellation.publish();
    expect(await protocol.getGlobalVersion()).toBe(published?.version);
    const { globalPatterns, result } = await protocol.sync(deltaOf('Küche', 3));
    expect(globalPatterns?.patterns.length).toBeGreaterThan(0);
    expect(result.patternsReceived).toBe(globalPatterns?.patterns.length);
    expect(result.globalVersion).toBe(published?.version);
    expect(constellation.report()).toMatchObject({
      devices: 2,
      samplesAccepted: 72,
      duplicates: 1,
    });
  });

  it('reports figures that equal the bytes of both bodies', async () => {
    const { protocol, transport } = await start();
    const encoded = await format.encodeDelta(deltaOf('a', 2));
    const answer = await transport.request(requestOf({ body: encoded.bytes }));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect(answer.headers).not.toHaveProperty('content-encoding');
    const { result } = await protocol.sync(deltaOf('a', 2));
    expect(result.bytesSent).toBe(encoded.bytes.length);
    expect(result.bytesReceived).toBe(answer.body.length);
    expect(result.fidelity).toEqual(encoded.fidelity);
  });

  it('refuses the 129th pattern id of a device, by path', async () => {
    const { constellation, protocol } = await start();
    for (let first = 0; first < 128; first += 2) {
      const patterns = [realPattern(first), realPattern(first + 1)];
      await protocol.sync({ ...deltaOf('a', 0), patterns });
    }
    const error = await syncErrorOf(
      protocol.sync({ ...deltaOf('a', 0), patterns: [realPattern(0), realPattern(500)] }),
    );
    expect(error).toMatchObject({
      code: 'invalid-pattern',
      details: { path: 'patterns[1].id', value: 'p500' },
      retryable: false,
    });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 128 * 12, refused: 1 });
  });

  const hostile: readonly (readonly [
    string,
    () => Uint8Array | Promise<Uint8Array>,
    number,
    string,
  ])[] = [
    ['no body', () => new Uint8Array(), 400, 'compression'],
    ['no zstd', () => new TextEncoder().encode('hello'), 400, 'compression'],
    ['no JSON', () => nativeZstd.compress(new TextEncoder().encode('{')), 400, 'serialization'],
    [
      'a bomb',
      () => nativeZstd.compress(new Uint8Array(8 * 1024 * 1024)),
      413,
      'compression-limit',
    ],
    ['2,049 bytes', () => new Uint8Array(2049), 413, 'compression-limit'],
    ['100,000 bytes', () => new Uint8Array(100_000), 413, 'compression-limit'],
  ];
  it.each(hostile)('refuses %s', async (_, body, status, code) => {
    const { constellation, transport } = await start();
    const answer = await transport.request(requestOf({ body: await body() }));
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain(PROBLEM_MEDIA_TYPE);
    const problem = JSON.parse(new TextDecoder().decode(answer.body)) as Problem;
    expect(problem).toMatchObject({ type: `urn:omega-tv:problem:${code}`, status });
    await waitUntil(() => constellation.report().refused > 0);
    expect(constellation.report().refused).toBe(1);
    expect(constellation.report()).toMatchObject({ devices: 0, samplesAccepted: 0 });
  });

  it('refuses another media type, and an unknown path', async () => {
    const { transport } = await start();
    const headers = { 'Content-Type': 'application/json' };
    const body = new TextEncoder().encode('{}');
    expect((await transport.request(requestOf({ headers, body }))).status).toBe(415);
    expect((await transport.request(requestOf({ path: '/api/v2/sync', body }))).status).toBe(404);
    const get = requestOf({ method: 'GET', headers: {} });
    expect((await transport.request(get)).status).toBe(405);
  });

  it('abandons an answer above the cap', async () => {
    const { transport } = await start();
    const request = requestOf({
      method: 'GET',
      path: PATHS.version,
      headers: {},
      maxResponseBytes: 4,
    });
    expect(await syncErrorOf(transport.request(request))).toMatchObject({
      code: 'compression-limit',
      details: { limit: 4 },
      retryable: true,
    });
  });

  it('rejects with the reason of an abort', async () => {
    const { protocol } = await start();
    const reason = new Error('the TV goes to sleep');
    const signal = AbortSignal.abort(reason);
    await expect(protocol.sync(deltaOf('a', 1), { signal })).rejects.toBe(reason);
    await protocol.healthCheck();
  });
});
