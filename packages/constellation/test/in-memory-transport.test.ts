import { describe, expect, it } from '@jest/globals';
import { ConstellationProtocol, createAxiosTransport, PATHS } from '@omega-tv/protocol';
import { createInMemoryTransport, createMemoryConstellationStore } from '../src/index.js';
import { ControlledStore } from './controlled-store.js';
import {
  bodyOf,
  deltaOf,
  format,
  patternOf,
  serve,
  syncErrorOf,
  TestClock,
  until,
} from './support.js';
import { placedDelta, pushFrame, serveFrames } from './v2/support.js';

const limits = { timeoutMs: 300_000, maxResponseBytes: 10_240 };
const octets = { 'Content-Type': 'application/octet-stream' };
const body = await bodyOf('tv-1', patternOf(0));

async function bothTransports() {
  const store = new ControlledStore(createMemoryConstellationStore());
  const { app, url, constellation } = await serve({ store });
  const transports = [createInMemoryTransport(app), createAxiosTransport({ baseUrl: url })];
  return { transports, store, constellation, app };
}

describe('the in-memory transport answers as HTTP does', () => {
  const requests = [
    ['health', { method: 'GET', path: PATHS.health, headers: {} }],
    ['version', { method: 'GET', path: PATHS.version, headers: {} }],
    ['a push', { method: 'POST', path: PATHS.sync, headers: octets, body }],
    ['a refused push', { method: 'POST', path: PATHS.sync, headers: octets, body: body.slice(9) }],
    [
      'a large push',
      { method: 'POST', path: PATHS.sync, headers: octets, body: Buffer.alloc(3000) },
    ],
    [
      'another media type',
      { method: 'POST', path: PATHS.sync, headers: { 'Content-Type': 'text/plain' }, body },
    ],
    ['another method', { method: 'POST', path: PATHS.health, headers: {}, body }],
    ['a snapshot without frames', { method: 'GET', path: '/api/v1/snapshots/x/1', headers: {} }],
    ['an unknown route', { method: 'GET', path: '/api/v2/health', headers: {} }],
  ] as const;
  it.each(requests)('%s', async (_, request) => {
    const { transports, constellation } = await bothTransports();
    await constellation.sync(body);
    const [inMemory, http] = await Promise.all(
      transports.map((transport) => transport.request({ ...request, ...limits })),
    );
    expect(inMemory?.status).toBe(http?.status);
    expect(Buffer.from(inMemory!.body)).toEqual(Buffer.from(http!.body));
    const names = ['content-type', 'content-length', 'content-encoding', 'retry-after'];
    for (const name of [...names, 'allow', 'cache-control']) {
      expect([name, inMemory?.headers[name]]).toEqual([name, http?.headers[name]]);
    }
  });

  it('a snapshot, a diff to one, and what is none', async () => {
    const { app, url, constellation } = await serveFrames();
    for (const device of ['a', 'b', 'c']) {
      await pushFrame(url, placedDelta(device, 1, patternOf(0)));
    }
    await constellation.publish();
    const http = createAxiosTransport({ baseUrl: url });
    for (const path of [
      'global/1',
      'global/1?base=1',
      'global/1?base=1&base=1',
      'global/01',
      'D%45/1',
    ]) {
      const request = {
        method: 'GET',
        path: `${PATHS.snapshots}/${path}`,
        headers: {},
        ...limits,
      } as const;
      const [one, other] = [
        await createInMemoryTransport(app).request(request),
        await http.request(request),
      ];
      expect([path, one.status, Buffer.from(one.body)]).toEqual([
        path,
        other.status,
        Buffer.from(other.body),
      ]);
      expect(one.headers.etag).toBe(other.headers.etag);
    }
  });

  it('a store that failed', async () => {
    const { transports, store } = await bothTransports();
    const answers = [];
    for (const transport of transports) {
      store.plan('fail');
      const {
        status,
        headers,
        body: problem,
      } = await transport.request({
        ...limits,
        method: 'POST',
        path: PATHS.sync,
        headers: octets,
        body,
      });
      answers.push([status, headers['retry-after'], Buffer.from(problem).toString()]);
    }
    expect(answers[0]?.slice(0, 2)).toEqual([503, '5']);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('an answer above the cap', async () => {
    const { transports } = await bothTransports();
    for (const transport of transports) {
      const request = {
        method: 'GET',
        path: PATHS.version,
        headers: {},
        timeoutMs: 300_000,
      } as const;
      const error = await syncErrorOf(transport.request({ ...request, maxResponseBytes: 12 }));
      expect(error).toMatchObject({ code: 'compression-limit', retryable: true });
      expect((await transport.request({ ...request, maxResponseBytes: 13 })).body).toHaveLength(13);
    }
  });

  it('an abort, with its reason', async () => {
    const { transports, store } = await bothTransports();
    const reason = new Error('the user left');
    for (const transport of transports) {
      const push = { ...limits, method: 'POST', path: PATHS.sync, headers: octets, body } as const;
      const early = transport.request({ ...push, signal: AbortSignal.abort(reason) });
      await expect(early).rejects.toBe(reason);
      store.plan('hold');
      const controller = new AbortController();
      const late = transport.request({ ...push, signal: controller.signal });
      await until(() => store.isHolding);
      controller.abort(reason);
      await expect(late).rejects.toBe(reason);
      store.settle('pass');
    }
  });

  it('the protocol on top of it', async () => {
    const { transports } = await bothTransports();
    for (const transport of transports) {
      const protocol = new ConstellationProtocol({ transport, format, clock: new TestClock() });
      await protocol.healthCheck();
      expect(await protocol.getGlobalVersion()).toBe(0);
      const { globalPatterns } = await protocol.sync(deltaOf('tv-1', patternOf(0)));
      expect(globalPatterns).toMatchObject({ patterns: [], trends: [], version: 0 });
    }
  });
});
