import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { nativeZstd } from '@omega-tv/compression/node';
import { MAX_INTEGER } from '@omega-tv/types';
import { push, RawConnection, type RawAnswer } from './raw-http.js';
import { bodyOf, format, patternOf, serve } from './support.js';

/** `{"device_id":"tv-kitchen","patterns":[],"version":9007199254740995,...}` in a raw block. */
const NO_PATTERNS = Buffer.from(
  '28b52ffd00588103007b226465766963655f6964223a2274762d6b69746368656e222c227061747465726e73223a5b5d' +
    '2c2276657273696f6e223a393030373139393235343734303939352c2274696d657374616d70223a22323032362d3131' +
    '2d32325431303a30303a30302e3132333435363738395a227d',
  'hex',
);
const NO_PATTERNS_JSON =
  '{"device_id":"tv-kitchen","patterns":[],"version":9007199254740995,' +
  '"timestamp":"2026-11-22T10:00:00.123456789Z"}';

/** One real pattern as a native client compresses it. */
const onePattern = await readFile(new URL('fixtures/one-pattern.zst', import.meta.url));

/** The bytes of a request as a native client sends it. */
function nativePost(port: number, body: Uint8Array, headers: Partial<NativeHeaders> = {}) {
  const { deviceId = Buffer.from('tv-kitchen'), version = '9007199254740995' } = headers;
  return Buffer.concat([
    Buffer.from(
      'POST /api/v1/sync HTTP/1.1\r\ncontent-type: application/octet-stream\r\nx-device-id: ',
    ),
    deviceId,
    Buffer.from(
      `\r\nx-sync-version: ${version}\r\naccept: */*\r\nhost: 127.0.0.1:${port}\r\n` +
        `content-length: ${body.length}\r\n\r\n`,
    ),
    body,
  ]);
}

interface NativeHeaders {
  readonly deviceId: Buffer;
  readonly version: string;
}

function nativeGet(port: number, path: string): string {
  return `GET ${path} HTTP/1.1\r\naccept: */*\r\nhost: 127.0.0.1:${port}\r\n\r\n`;
}

/** Holds an answer to all that a native client needs, and returns its JSON. */
async function checkGlobals(answer: RawAnswer | undefined): Promise<GlobalsJson> {
  expect(answer?.status).toBe(200);
  const { body, headers } = answer!;
  expect(headers.get('content-encoding')).toBeUndefined();
  expect(headers.get('transfer-encoding')).toBeUndefined();
  expect(headers.get('content-type')).toBe('application/octet-stream');
  expect(headers.get('content-length')).toBe(String(body.length));
  expect(body.subarray(0, 4).toString('hex')).toBe('28b52ffd');
  expect(body.length).toBeLessThanOrEqual(10_240);
  const text = Buffer.from(await nativeZstd.decompress(body)).toString('utf8');
  const json = JSON.parse(text) as GlobalsJson;
  expect(Object.keys(json)).toEqual(['patterns', 'trends', 'version', 'timestamp']);
  checkNoDuplicateKeys(text, json);
  expect(text).toMatch(/"version":\d+,"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"}$/);
  return json;
}

interface GlobalsJson {
  readonly patterns: readonly Record<string, unknown>[];
  readonly trends: readonly Record<string, unknown>[];
  readonly version: number;
  readonly timestamp: string;
}

/** JSON.parse keeps the last of two equal keys: there must be as many keys as it kept. */
function checkNoDuplicateKeys(text: string, json: GlobalsJson): void {
  const kept = 4 + json.patterns.length * 5 + json.trends.length * 5;
  expect(text.match(/"[a-z_]+":(?=[[{"\d-])/g)).toHaveLength(kept);
}

describe('an existing v1 client', () => {
  it('sends golden bytes that say what this test believes', async () => {
    expect(NO_PATTERNS.subarray(0, 6).toString('hex')).toBe('28b52ffd0058');
    expect(Buffer.from(await nativeZstd.decompress(NO_PATTERNS)).toString()).toBe(NO_PATTERNS_JSON);
    expect(onePattern.subarray(0, 6).toString('hex')).toBe('28b52ffd0058');
    const text = Buffer.from(await nativeZstd.decompress(onePattern)).toString();
    expect(text).toContain('"patterns":[{"id":"p1","embedding":[-0.0,1e-7,0.0,');
    expect(text).toContain('"success_rate":0.9,"sample_count":9007199254740997,"genre":"action"}]');
    const { patterns } = await format.decodeDelta(onePattern);
    expect(patterns[0]?.embedding.slice(0, 3)).toEqual(Float32Array.of(-0, 1e-7, 0));
    expect(patterns[0]?.sampleCount).toBe(MAX_INTEGER);
  });

  it('runs health, version, both pushes and version again on one connection (rule 3.1)', async () => {
    const { port, constellation } = await serve();
    const connection = await RawConnection.open(port);
    connection.send(nativeGet(port, '/api/v1/health'));
    expect((await connection.answer())?.status).toBe(200);

    connection.send(nativeGet(port, '/api/v1/sync/version'));
    const version = await connection.answer();
    expect(version?.status).toBe(200);
    expect(version?.body.toString('latin1')).toBe('{"version":0}');
    expect(version?.headers.get('content-encoding')).toBeUndefined();

    connection.send(nativePost(port, NO_PATTERNS));
    expect(await checkGlobals(await connection.answer())).toEqual({
      patterns: [],
      trends: [],
      version: 0,
      timestamp: '1970-01-01T00:00:00.000Z',
    });
    connection.send(nativePost(port, onePattern));
    expect((await checkGlobals(await connection.answer())).patterns).toEqual([]);

    connection.send(nativeGet(port, '/api/v1/sync/version'));
    expect((await connection.answer())?.body.toString()).toBe('{"version":0}');
    expect(constellation.report()).toMatchObject({
      devices: 1,
      deltasApplied: 2,
      duplicates: 0,
      refused: 0,
      samplesAccepted: MAX_INTEGER,
    });
    connection.destroy();
  });

  it('gets every field, in order, once there is something to tell', async () => {
    const { port, constellation } = await serve({ region: 'DE' });
    for (const device of ['tv-1', 'tv-2', 'tv-3']) {
      await push(port, await bodyOf(device, patternOf(0)));
    }
    await constellation.publish();
    const connection = await RawConnection.open(port);
    connection.send(nativeGet(port, '/api/v1/sync/version'));
    expect((await connection.answer())?.body.toString()).toBe('{"version":1}');
    connection.send(nativePost(port, NO_PATTERNS));
    const { patterns, trends, version } = await checkGlobals(await connection.answer());
    expect(version).toBe(1);
    expect(patterns.map(Object.keys)).toEqual([
      ['id', 'embedding', 'success_rate', 'sample_count', 'genre'],
    ]);
    expect(patterns[0]).toMatchObject({ id: expect.stringMatching(/^global:/) });
    expect(patterns[0]?.embedding).toHaveLength(384);
    expect(Number.isSafeInteger(patterns[0]?.sample_count)).toBe(true);
    expect(trends.map(Object.keys)).toEqual([
      ['content_id', 'score', 'region', 'genre', 'calculated_at'],
    ]);
    expect(trends[0]).toMatchObject({ region: 'DE', content_id: patterns[0]?.id });
    connection.destroy();
  });

  it.each([
    ['spaces', Buffer.from('living room  tv')],
    ['tabs', Buffer.from('living\troom')],
    ['300 characters', Buffer.from('x'.repeat(300))],
    ['bytes above 0x7f', Buffer.from([0x74, 0x76, 0x80, 0xe9, 0xff])],
    ['UTF-8', Buffer.from('Küche \u{1f4fa}')],
    ['nothing', Buffer.from('')],
  ])('may have a device id of %s in its header', async (_, deviceId) => {
    const { port, constellation } = await serve();
    const connection = await RawConnection.open(port);
    connection.send(nativePost(port, NO_PATTERNS, { deviceId }));
    await checkGlobals(await connection.answer());
    expect(constellation.report()).toMatchObject({ devices: 1, deltasApplied: 1 });
    connection.destroy();
  });

  it.each(['', ' tabs\tand spaces ', 'x'.repeat(300), 'K\u00fcche \u{1f4fa}', '"quoted"\\'])(
    'may have the device id %j in its body',
    async (deviceId) => {
      const { port, constellation } = await serve();
      expect((await push(port, await bodyOf(deviceId, patternOf(0)))).status).toBe(200);
      expect((await push(port, await bodyOf(deviceId, patternOf(0)))).status).toBe(200);
      expect(constellation.report()).toMatchObject({ devices: 1, deltasApplied: 1, duplicates: 1 });
    },
  );

  it('may send empty ids and empty genres', async () => {
    const { port, constellation } = await serve();
    for (const device of ['tv-1', 'tv-2', 'tv-3']) {
      await push(port, await bodyOf(device, patternOf(0, { id: '', genre: '' })));
    }
    expect(constellation.report()).toMatchObject({ devices: 3, samplesAccepted: 36 });
    expect((await constellation.publish())?.patterns[0]?.genre).toBe('');
    const { patterns } = await checkGlobals(await push(port, NO_PATTERNS));
    expect(patterns[0]).toMatchObject({ id: 'global:other-1', genre: '' });
  });

  it('may put several requests on the wire at once', async () => {
    const { port, constellation } = await serve();
    const connection = await RawConnection.open(port);
    connection.send(
      nativePost(port, NO_PATTERNS),
      nativePost(port, onePattern),
      nativeGet(port, '/api/v1/sync/version'),
    );
    await checkGlobals(await connection.answer());
    await checkGlobals(await connection.answer());
    expect((await connection.answer())?.body.toString()).toBe('{"version":0}');
    expect(constellation.report()).toMatchObject({ devices: 1, deltasApplied: 2 });
    connection.destroy();
  });
});
