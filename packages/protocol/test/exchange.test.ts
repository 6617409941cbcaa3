import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { nativeZstd } from '@omega-tv/compression/node';
import { isSyncError, type SyncDelta } from '@omega-tv/types';
import { ConstellationProtocol, createAxiosTransport } from '../src/index.js';
import {
  NOW_MS,
  answerBody,
  deltaOf,
  format,
  globals,
  protocolTo,
  realPatterns,
  serve,
  syncErrorOf,
} from './support.js';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function recordingServer(answer: Buffer | string): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const url = await serve((request, response) => {
    void bodyOf(request).then((body) => {
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      response.end(answer);
    });
  });
  return { url, seen };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a push', () => {
  it('is one POST below the base path, with the headers of v1 (rule 3.1)', async () => {
    const { url, seen } = await recordingServer(await answerBody());
    await protocolTo(`${url}/base//`).sync(deltaOf(2));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/base/api/v1/sync' });
    const headers = seen[0]!.headers;
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-device-id': 'tv-1',
      'x-sync-version': '6',
      'content-length': String(seen[0]!.body.length),
    });
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers).not.toHaveProperty('transfer-encoding');
  });

  it('names its device in UTF-8', async () => {
    const { url, seen } = await recordingServer(await answerBody());
    for (const deviceId of ['Küche', 'テレビ', '📺', `tv-${'ü'.repeat(300)}`, 'two words']) {
      const delta = deltaOf(1, { deviceId });
      await protocolTo(url).sync(delta);
      const { headers, body } = seen.at(-1)!;
      expect(Buffer.from(String(headers['x-device-id']), 'latin1').toString('utf8')).toBe(deviceId);
      expect((await format.decodeDelta(body)).deviceId).toBe(deviceId);
    }
  });

  it('cannot smuggle a header in with its device id; the body names the device', async () => {
    const { url, seen } = await recordingServer(await answerBody());
    for (const deviceId of ['tv\n1', 'tv\r\nX-Admin: yes', 'tv\u0000', 'tv\u007f']) {
      await protocolTo(url).sync(deltaOf(1, { deviceId }));
      const { headers, body } = seen.at(-1)!;
      expect(headers).not.toHaveProperty('x-admin');
      expect(headers['x-device-id']).toMatch(/^tv/);
      expect((await format.decodeDelta(body)).deviceId).toBe(deviceId);
    }
  });

  it('carries the delta, and its result says what went over the wire', async () => {
    const answer = await answerBody();
    const { url, seen } = await recordingServer(answer);
    const delta = deltaOf(4);
    const { globalPatterns, result } = await protocolTo(url).sync(delta);
    const sent = await format.decodeDelta(seen[0]!.body);
    expect(sent.patterns.map(({ id, sampleCount }) => [id, sampleCount])).toEqual(
      delta.patterns.map(({ id, sampleCount }) => [id, sampleCount]),
    );
    const received = await format.decodeGlobalPatterns(answer);
    expect(globalPatterns).toEqual(received);
    expect(result).toMatchObject({
      patternsPushed: 4,
      patternsReceived: received.patterns.length,
      trendsReceived: 1,
      globalVersion: globals.version,
      bytesSent: seen[0]!.body.length,
      bytesReceived: answer.length,
      durationMs: 0,
    });
    expect(result.bytesSent).toBeLessThanOrEqual(2048);
    expect(result.fidelity.minCosine).toBeGreaterThanOrEqual(0.99);
    expect(result.fidelity.minCosine).toBeLessThan(1);
  });

  it('takes its duration from the clock that never jumps (rule 5.9)', async () => {
    const { url } = await recordingServer(await answerBody());
    let [wallMs, steadyMs] = [NOW_MS, 1000];
    const inner = createAxiosTransport({ baseUrl: url });
    const protocol = new ConstellationProtocol({
      format,
      clock: { nowMs: () => wallMs, monotonicMs: () => steadyMs },
      transport: {
        request: (request) => {
          wallMs -= 365 * 86_400_000;
          steadyMs += 250;
          return inner.request(request);
        },
      },
    });
    expect((await protocol.sync(deltaOf(0))).result.durationMs).toBe(250);
  });

  const unsendable: readonly (readonly [string, SyncDelta, string])[] = [
    [
      'a bad pattern',
      deltaOf(0, { patterns: [{ ...realPatterns(1)[0]!, sampleCount: 0 }] }),
      'invalid-pattern',
    ],
    ['a bad time', deltaOf(1, { timestamp: 'now' }), 'serialization'],
    ['more than one message carries', deltaOf(12), 'compression-limit'],
  ];
  it.each(unsendable)('of %s is never sent', async (_, delta, code) => {
    const { url, seen } = await recordingServer(await answerBody());
    expect(await syncErrorOf(protocolTo(url).sync(delta))).toMatchObject({
      code,
      retryable: false,
    });
    expect(seen).toHaveLength(0);
  });
});

describe('a 200 whose body is not readable may be retried (rule 4.6)', () => {
  const json = async (value: unknown): Promise<Uint8Array> =>
    nativeZstd.compress(new TextEncoder().encode(JSON.stringify(value)));
  const envelope = { patterns: [], trends: [], version: 3, timestamp: '2026-11-22T10:00:00Z' };
  const badPattern = { id: 'a', embedding: [0.1], success_rate: 2, sample_count: 0, genre: '' };

  it.each([
    ['nothing', () => new Uint8Array(), 'compression'],
    ['no zstd', () => Buffer.from('captive portal'), 'compression'],
    ['half a frame', async () => (await answerBody()).subarray(0, 40), 'compression'],
    [
      'two frames',
      async () => Buffer.concat([await json(envelope), await json(envelope)]),
      'compression',
    ],
    ['a bomb', () => nativeZstd.compress(new Uint8Array(64 * 1024 * 1024)), 'compression-limit'],
    [
      'no JSON',
      () => nativeZstd.compress(new TextEncoder().encode('{"patterns":[')),
      'serialization',
    ],
    ['no UTF-8', () => nativeZstd.compress(Uint8Array.of(0x22, 0xff, 0x22)), 'serialization'],
    ['null', () => json(null), 'serialization'],
    ['no version', () => json({ ...envelope, version: null }), 'serialization'],
    ['a bad pattern', () => json({ ...envelope, patterns: [badPattern] }), 'invalid-pattern'],
  ])('%s', async (_, body, code) => {
    const { url } = await recordingServer(Buffer.from(await body()));
    const error = await syncErrorOf(protocolTo(url).sync(deltaOf(1)));
    expect(error).toMatchObject({ code, retryable: true });
    expect(isSyncError(error.cause)).toBe(true);
    expect(error.message).toContain('the answer is not readable');
  });
});

describe('the version (rule 3.1)', () => {
  it.each([
    ['{"version":0}', 0],
    ['{"version":17}', 17],
    [' {"version" : 17, "more": null}\n', 17],
    ['{"version":18446744073709551615}', Number.MAX_SAFE_INTEGER],
  ])('%s', async (body, version) => {
    const { url, seen } = await recordingServer(body);
    expect(await protocolTo(url).getGlobalVersion()).toBe(version);
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/api/v1/sync/version' });
    expect(seen[0]!.headers).not.toHaveProperty('x-device-id');
  });

  it.each(
    ['', '17', '{}', 'null', '[]', '{"version":null}', '{"version":-1}', '{"version":1.5}'].concat([
      '{"version":"17"}',
      '{"version":17',
      '\ufeff{"version":17',
    ]),
  )('%j is no version', async (body) => {
    const { url } = await recordingServer(body);
    expect(await syncErrorOf(protocolTo(url).getGlobalVersion())).toMatchObject({
      code: 'protocol',
      details: { path: 'version' },
    });
  });
});

describe('the health check (rule 3.6)', () => {
  it.each(['{"status":"ok"}', ' {"status": "ok", "version": 3}\n'])('takes %s', async (body) => {
    const { url, seen } = await recordingServer(body);
    await expect(protocolTo(url).healthCheck()).resolves.toBeUndefined();
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/api/v1/health' });
  });

  it.each(['', 'ok', '{}', 'null', '{"status":"down"}', '["ok"]', '{"status":"ok"'])(
    'does not take %j for a Constellation that is well',
    async (body) => {
      const { url } = await recordingServer(body);
      const error = await syncErrorOf(protocolTo(url).healthCheck());
      expect(error).toMatchObject({
        code: 'protocol',
        details: { path: 'status' },
        retryable: true,
      });
      expect(error.message).toContain('{"status":"ok"}');
    },
  );
});
