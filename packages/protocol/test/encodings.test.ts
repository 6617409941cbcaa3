import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { startHttpProxy } from '@omega-tv/fault-proxy';
import { onTestFinished } from '@omega-tv/test-support';
import { answerBody, deltaOf, globals, protocolTo, serve, syncErrorOf } from './support.js';

/** Answers each request with this body, said to be encoded so. */
function serveEncoded(encoding: string, body: Uint8Array): Promise<string> {
  return serve((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Encoding': encoding });
    request.on('end', () => response.end(body));
  });
}

describe('an answer that a proxy encoded, unasked (rule 3.10)', () => {
  it.each(['gzip', 'deflate', 'br'] as const)('%s is decoded', async (encoding) => {
    const body = await answerBody();
    const asked: unknown[] = [];
    const target = await serve((request, response) => {
      asked.push(request.headers['accept-encoding']);
      request.resume();
      request.on('end', () => response.end(body));
    });
    const proxy = await startHttpProxy({ target, schedule: () => ({ kind: 'encode', encoding }) });
    onTestFinished(() => proxy.close());
    const { globalPatterns } = await protocolTo(proxy.url).sync(deltaOf(1));
    expect(globalPatterns?.version).toBe(globals.version);
    expect(asked).toEqual(['identity']);
  });

  it('is decoded in an error too, which decides as it would without', async () => {
    const problem = {
      type: 'urn:omega-tv:problem:invalid-pattern',
      title: 'no',
      status: 422,
      path: 'patterns[0].genre',
    };
    const url = await serve((request, response) => {
      request.resume();
      response.writeHead(422, { 'Content-Encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(problem)));
    });
    const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
    expect(error).toMatchObject({
      code: 'invalid-pattern',
      details: { path: 'patterns[0].genre' },
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ] as const)('%s has the cap of the answer, however small it comes', async (encoding, encode) => {
    const url = await serveEncoded(encoding, encode(Buffer.alloc(64 * 1024 * 1024)));
    expect(await syncErrorOf(protocolTo(url).sync(deltaOf(1)))).toMatchObject({
      code: 'compression-limit',
      details: { limit: 10_240 },
      retryable: true,
    });
  });

  it.each(['zstd', 'snappy', 'gzip, br', 'exi'])('%s is refused by name', async (encoding) => {
    const url = await serveEncoded(encoding, await answerBody());
    const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
    expect(error).toMatchObject({ code: 'compression', retryable: true });
    expect(error.message).toContain(`Content-Encoding "${encoding}"`);
  });

  it.each(['gzip', 'br'])('%s that is none is an answer that arrived damaged', async (encoding) => {
    const url = await serveEncoded(encoding, Buffer.from('this was never encoded'));
    const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
    expect(error).toMatchObject({ code: 'compression', retryable: true });
  });

  it.each(['identity', ''])('%j is none', async (encoding) => {
    const url = await serveEncoded(encoding, Buffer.from('{"version":3}'));
    expect(await protocolTo(url).getGlobalVersion()).toBe(3);
  });
});

it('a frame that was cut in its encoding is an answer that arrived damaged', async () => {
  const whole = gzipSync(await answerBody());
  const url = await serveEncoded('gzip', whole.subarray(0, whole.length / 2));
  const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
  expect(error).toMatchObject({ code: 'compression', retryable: true });
});
