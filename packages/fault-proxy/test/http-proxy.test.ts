import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { waitUntil } from '@omega-tv/test-support';
import { inOrder, startHttpProxy, type HttpFault, type ProxiedExchange } from '../src/index.js';
import { closing, noWait, post, startServer } from './support.js';

async function setUp(...faults: readonly HttpFault[]) {
  const server = await startServer();
  const { wait, waits } = noWait();
  const exchanges: ProxiedExchange[] = [];
  const proxy = await closing(
    startHttpProxy({
      target: server.url,
      schedule: inOrder(...faults),
      wait,
      onExchange: (exchange) => exchanges.push(exchange),
    }),
  );
  return { ...server, proxy: proxy.url, waits, exchanges };
}

it('passes on what no fault hits', async () => {
  const { proxy, seen, exchanges } = await setUp();
  const { status, headers, body } = await post(proxy, 'hello');
  expect([status, body.toString(), headers['x-server']]).toEqual([200, 'answer 1 to hello', 'yes']);
  expect(seen).toMatchObject([{ method: 'POST', path: '/path?query', body: 'hello' }]);
  expect(exchanges).toEqual([{ method: 'POST', path: '/path?query', fault: { kind: 'none' } }]);
});

it('delays requests and answers', async () => {
  const { proxy, waits } = await setUp({ kind: 'delay', ms: 70 }, { kind: 'late', ms: 90 });
  await post(proxy, 'a');
  await post(proxy, 'b');
  expect(waits).toEqual([70, 90]);
});

it('loses requests: the server sees nothing', async () => {
  const { proxy, seen } = await setUp({ kind: 'lose-request' });
  await expect(post(proxy, 'a')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen).toEqual([]);
});

it('loses answers: the server has handled the request', async () => {
  const { proxy, seen } = await setUp({ kind: 'lose-answer' });
  await expect(post(proxy, 'a')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen).toMatchObject([{ body: 'a', isWhole: true }]);
});

it('is silent until the client gives up', async () => {
  const { proxy, seen, exchanges } = await setUp({ kind: 'silence' });
  const controller = new AbortController();
  const posted = post(proxy, 'a', controller.signal);
  await waitUntil(() => exchanges.length === 1);
  controller.abort();
  await expect(posted).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toEqual([]);
});

it('cuts requests in mid-body', async () => {
  const { proxy, seen } = await setUp({ kind: 'cut-request', bytes: 3 });
  await expect(post(proxy, 'abcdef')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await waitUntil(() => seen.length === 1);
  expect(seen).toMatchObject([{ isWhole: false }]);
});

it('cuts answers in mid-body', async () => {
  const { proxy, seen } = await setUp({ kind: 'cut-answer', bytes: 3 });
  await expect(post(proxy, 'a')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen).toHaveLength(1);
});

it('duplicates requests', async () => {
  const { proxy, seen } = await setUp({ kind: 'duplicate' });
  expect((await post(proxy, 'a')).body.toString()).toBe('answer 2 to a');
  expect(seen.map(({ body }) => body)).toEqual(['a', 'a']);
});

it.each([
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ['zstd', (body: Buffer) => body],
] as const)('encodes answers: %s', async (encoding, decode) => {
  const { proxy } = await setUp({ kind: 'encode', encoding });
  const { headers, body } = await post(proxy, 'a');
  expect(headers['content-encoding']).toBe(encoding);
  expect(decode(body).toString()).toBe('answer 1 to a');
});

it('redirects with the path of the request', async () => {
  const { proxy, seen } = await setUp({
    kind: 'redirect',
    status: 307,
    location: 'http://x.invalid',
  });
  const { status, headers } = await post(proxy, 'a');
  expect([status, headers.location]).toEqual([307, 'http://x.invalid/path?query']);
  expect(seen).toEqual([]);
});

it('answers the login page of a network', async () => {
  const { proxy } = await setUp({ kind: 'portal', status: 200 }, { kind: 'portal', status: 511 });
  for (const status of [200, 511]) {
    const answer = await post(proxy, 'a');
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'text/html; charset=utf-8',
    ]);
    expect(answer.body.toString()).toContain('Log in');
  }
});

it('answers a status, with Retry-After', async () => {
  const { proxy, seen } = await setUp({ kind: 'status', status: 503, retryAfter: '60' });
  const { status, headers } = await post(proxy, 'a');
  expect([status, headers['retry-after']]).toEqual([503, '60']);
  expect(seen).toEqual([]);
});

it('throttles both bodies to the bits of a slow line', async () => {
  const { proxy, waits } = await setUp({ kind: 'throttle', bitsPerSecond: 8000 });
  const { body } = await post(proxy, 'x'.repeat(500));
  expect(body.length).toBe(512);
  expect(waits[0]).toBe(500);
  expect(waits.slice(1)).toEqual([100, 100, 100, 100, 100, 12]);
});

it('ends a connection whose server cannot be reached', async () => {
  const proxy = await closing(
    startHttpProxy({ target: 'http://127.0.0.1:1', schedule: inOrder() }),
  );
  await expect(post(proxy.url, 'a')).rejects.toThrow('socket hang up');
});
