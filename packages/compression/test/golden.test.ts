import { describe, expect, it } from '@jest/globals';
import { anyError } from '@omega-tv/test-support';
import { createNodeV1Format, nativeZstd } from '../src/node/index.js';
import {
  bytesOf,
  compressText,
  deltaOf,
  globalsOf,
  rawFrame,
  realPattern,
  syncErrorOf,
  trend,
} from './support.js';

const format = createNodeV1Format();
const EMPTY_DELTA =
  '{"device_id":"tv-1","patterns":[],"version":1,"timestamp":"2026-11-22T10:00:00Z"}';

async function jsonIn(bytes: Uint8Array): Promise<string> {
  return new TextDecoder().decode(await nativeZstd.decompress(bytes));
}

/** A delta of one pattern as a v1 client prints it. */
function foreignDelta(coordinates: readonly string[], head = 'tv-1'): string {
  return (
    `{"device_id":"${head}","patterns":[{"id":"p1","embedding":[${coordinates.join(',')}],` +
    '"success_rate":0.85,"sample_count":42,"genre":"drama"}],"version":7,' +
    '"timestamp":"2026-11-22T10:00:00.123456789Z"}'
  );
}

describe('v1 bytes that others make', () => {
  it('reads an empty delta, byte for byte', async () => {
    const bytes = bytesOf(
      '28b52ffd 0058 890200 7b226465766963655f6964223a2274762d31222c227061747465726e73223a5b5d2c' +
        '2276657273696f6e223a312c2274696d657374616d70223a22323032362d31312d32325431303a30303a30305a227d',
    );
    expect(bytes).toEqual(rawFrame(EMPTY_DELTA));
    expect(await format.decodeDelta(bytes)).toEqual({
      deviceId: 'tv-1',
      patterns: [],
      version: 1,
      timestamp: '2026-11-22T10:00:00Z',
    });
  });

  it('reads floats in every form that the native client prints', async () => {
    const coordinates = ['0.1', '-0.0', '1e-7', '0.0', '1.0', '-3.4e38', '1e-45'];
    const all = [...coordinates, ...Array<string>(384 - coordinates.length).fill('0.05')];
    const { patterns } = await format.decodeDelta(await compressText(foreignDelta(all)));
    const expected = [0.1, -0, 1e-7, 0, 1, -3.4e38, 2 ** -149].map(Math.fround);
    expect(Array.from(patterns[0]!.embedding.subarray(0, 7))).toEqual(expected);
  });

  it('heeds a content checksum', async () => {
    // printf '%s' EMPTY_DELTA | zstd -3 --check --no-content-size
    const bytes = bytesOf(
      '28b52ffd0458 5502001285111780356e1b41e81bc6031909236049560ffaaa837230a3238313777aa7874366412c' +
        '425e5eaf9069b688fb04f529c06c6d3b310a3d4b6bbb8d3a3996d6d71f3e16c06dcf050100aa5ee2e2',
    );
    expect((await format.decodeDelta(bytes)).deviceId).toBe('tv-1');
    bytes[bytes.length - 1]! ^= 1;
    expect(await syncErrorOf(format.decodeDelta(bytes))).toMatchObject({
      code: 'compression',
      cause: anyError(),
    });
  });

  it('reads integers above 2^53 - 1 as 2^53 - 1 (rule 1.3)', async () => {
    const text = EMPTY_DELTA.replace('"version":1', '"version":18446744073709551615');
    const { version } = await format.decodeDelta(rawFrame(text));
    expect(version).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('names the coordinate that arrives as null', async () => {
    const coordinates = Array<string>(384).fill('0.05');
    coordinates[17] = 'null';
    const error = await syncErrorOf(
      format.decodeDelta(await compressText(foreignDelta(coordinates))),
    );
    expect(error).toMatchObject({
      code: 'invalid-pattern',
      details: { path: 'patterns[0].embedding[17]', value: null },
    });
  });
});

describe('v1 bytes that we make', () => {
  it('start as v1 frames do and hold compact JSON in the order of v1 (rule 2.1)', async () => {
    const delta = deltaOf([realPattern(0, { id: 'p1', genre: 'drama' })]);
    const { bytes, rawBytes } = await format.encodeDelta(delta);
    expect(bytes.subarray(0, 6)).toEqual(bytesOf('28b52ffd 0058'));
    const json = await jsonIn(bytes);
    expect(json.length).toBe(rawBytes);
    expect(json.replace(/"embedding":\[[^\]]*\]/, '"embedding":[]')).toBe(
      '{"device_id":"tv-3f9a12bc0","patterns":[{"id":"p1","embedding":[],"success_rate":0.7,' +
        '"sample_count":10,"genre":"drama"}],"version":12,"timestamp":"2026-11-22T10:00:00.000Z"}',
    );
    expect(json).toContain('"embedding":[-0.0021686377,0.026901025,');
  });

  it('global patterns hold all fields in the order of v1 (rule 2.1)', async () => {
    const globals = globalsOf([realPattern(1, { id: 'global:1' })], [trend(0)]);
    const { bytes } = await format.encodeGlobalPatterns(globals);
    const json = await jsonIn(bytes);
    expect(json.replace(/"embedding":\[[^\]]*\]/, '"embedding":[]')).toBe(
      '{"patterns":[{"id":"global:1","embedding":[],"success_rate":0.71,"sample_count":17,' +
        `"genre":"${realPattern(1).genre}"}],"trends":[{"content_id":"film-9e3779b1","score":100,` +
        '"region":"DE","genre":"drama","calculated_at":"2026-11-22T10:00:00.000Z"}],' +
        '"version":13,"timestamp":"2026-11-22T10:00:00.000Z"}',
    );
  });

  it('empty global patterns are a frame, not an empty body (rule 2.6)', async () => {
    const { bytes, fidelity } = await format.encodeGlobalPatterns(globalsOf([]));
    expect(await jsonIn(bytes)).toBe(
      '{"patterns":[],"trends":[],"version":13,"timestamp":"2026-11-22T10:00:00.000Z"}',
    );
    expect(fidelity).toEqual({ meanCosine: 1, minCosine: 1, gridStep: null });
  });

  it.each([NaN, Infinity, -Infinity])('%s is refused before anything is written', async (value) => {
    const embedding = realPattern(0).embedding.slice();
    embedding[17] = value;
    const patterns = [realPattern(0, { embedding })];
    const refusal = {
      code: 'invalid-pattern',
      details: { path: 'patterns[0].embedding[17]' },
    };
    expect(await syncErrorOf(format.encodeDelta(deltaOf(patterns)))).toMatchObject(refusal);
    expect(await syncErrorOf(format.splitDelta(deltaOf(patterns)))).toMatchObject(refusal);
    expect(await syncErrorOf(format.encodeGlobalPatterns(globalsOf(patterns)))).toMatchObject(
      refusal,
    );
  });
});
