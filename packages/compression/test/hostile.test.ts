import fc from 'fast-check';
import { validateGlobalPatterns, validateSyncDelta } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { anyError } from '@omega-tv/test-support';
import { createV1Format, V1_LIMITS, type WireFormat } from '../src/index.js';
import { createNodeV1Format, nativeZstd } from '../src/node/index.js';
import {
  block,
  bytesOf,
  concat,
  compressText,
  decoders,
  deltaOf,
  globalsOf,
  RAW,
  rawFrame,
  realPatterns,
  survives,
  syncErrorOf,
  trend,
  utf8,
  V1_HEADER,
} from './support.js';

const format = createNodeV1Format();
const validators = { decodeDelta: validateSyncDelta, decodeGlobalPatterns: validateGlobalPatterns };
/** The header's bits all, then every so many: a body has 16,000 and more. */
const HEADER_BITS = 400;
const BIT_STRIDE = 13;

async function realBody(decoder: keyof WireFormat): Promise<Uint8Array> {
  const { bytes } =
    decoder === 'decodeDelta'
      ? await format.encodeDelta(deltaOf(realPatterns(2)))
      : await format.encodeGlobalPatterns(globalsOf(realPatterns(1), [trend(0)]));
  return bytes;
}

describe.each(decoders)('%s of hostile bytes', (decoder) => {
  it('refuses every truncation', async () => {
    const body = await realBody(decoder);
    for (let length = 0; length < body.length; length += 1) {
      const error = await syncErrorOf(format[decoder](body.subarray(0, length)));
      expect(error.code).toBe('compression');
    }
  });

  it('refuses a flipped bit, or reads something valid', async () => {
    const body = await realBody(decoder);
    const outcomes = new Set<string>();
    for (let bit = 0; bit < 8 * body.length; bit += bit < HEADER_BITS ? 1 : BIT_STRIDE) {
      const flipped = body.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      outcomes.add(await survives(format, decoder, flipped, validators[decoder]));
    }
    expect(outcomes).toContain('refused');
  });

  it('random bytes, bare and as the content of a good frame', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat({ max: 2 }),
        async (tail, kind) => {
          const hostile = [tail, concat(V1_HEADER, tail), rawFrame(tail)][kind]!;
          expect(await survives(format, decoder, hostile, validators[decoder])).toBe('refused');
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a byte order mark', concat(bytesOf('efbbbf'), utf8('{}'))],
    ['bad UTF-8', bytesOf('7b22ff227d')],
    ['cut JSON', utf8('{"patterns":[')],
    ['deep nesting', utf8('['.repeat(1000))],
    ['nothing', bytesOf('')],
  ])('%s is a serialization error with its cause', async (_, text) => {
    expect(await syncErrorOf(format[decoder](rawFrame(text)))).toMatchObject({
      code: 'serialization',
      cause: anyError(),
    });
  });

  it('JSON of another form is a serialization error', async () => {
    for (const text of ['null', '[]', '{}', '"x"', '{"__proto__":{"patterns":[]}}']) {
      expect((await syncErrorOf(format[decoder](rawFrame(text)))).code).toBe('serialization');
    }
  });

  it('JSON that nests as deep as the cap allows', async () => {
    const body = await compressText('['.repeat(V1_LIMITS.maxRequestJsonBytes));
    expect((await syncErrorOf(format[decoder](body))).code).toBe('serialization');
  });

  it('wraps what the codec throws, with its cause', async () => {
    const body = concat(V1_HEADER, block(2, 3, bytesOf('ffffff')));
    expect(await syncErrorOf(format[decoder](body))).toMatchObject({
      code: 'compression',
      cause: anyError(),
    });
  });
});

describe('the caps', () => {
  const EMPTY = '{"device_id":"","patterns":[],"version":1,"timestamp":"2026-11-22T10:00:00Z"}';
  const paddedFrame = (text: string, size: number): Uint8Array => {
    const frame = rawFrame(text);
    return rawFrame(text + ' '.repeat(size - frame.length));
  };

  it('takes a delta of exactly 2,048 bytes and refuses 2,049 (rule 2.2)', async () => {
    const { maxRequestBytes } = V1_LIMITS;
    expect((await format.decodeDelta(paddedFrame(EMPTY, maxRequestBytes))).version).toBe(1);
    const error = await syncErrorOf(format.decodeDelta(paddedFrame(EMPTY, maxRequestBytes + 1)));
    expect(error).toMatchObject({
      code: 'compression-limit',
      details: { size: 2049, limit: 2048 },
    });
  });

  it('takes global patterns of exactly 10,240 bytes and refuses 10,241 (rule 2.2)', async () => {
    const text = '{"patterns":[],"trends":[],"version":1,"timestamp":"2026-11-22T10:00:00Z"}';
    const { maxResponseBytes } = V1_LIMITS;
    const decoded = await format.decodeGlobalPatterns(paddedFrame(text, maxResponseBytes));
    expect(decoded.version).toBe(1);
    const error = await syncErrorOf(
      format.decodeGlobalPatterns(paddedFrame(text, maxResponseBytes + 1)),
    );
    expect(error).toMatchObject({ code: 'compression-limit', details: { limit: 10_240 } });
  });

  it.each([
    ['decodeDelta', 256 * 1024],
    ['decodeGlobalPatterns', 1024 * 1024],
  ] as const)('%s takes %i bytes of JSON and not one more (rule 2.2)', async (decoder, limit) => {
    const text = EMPTY.replace('"patterns":[]', '"patterns":[],"trends":[]');
    const decoded = await format[decoder](await compressText(text.padEnd(limit)));
    expect(decoded.version).toBe(1);
    const error = await syncErrorOf(format[decoder](await compressText(text.padEnd(limit + 1))));
    expect(error.code).toBe('compression-limit');
  });

  it('holds a codec to its word: the real length is checked too', async () => {
    const zstd = { ...nativeZstd, decompress: () => Promise.resolve(new Uint8Array(300_000)) };
    const error = await syncErrorOf(createV1Format({ zstd }).decodeDelta(rawFrame(EMPTY)));
    expect(error).toMatchObject({ code: 'compression-limit', details: { size: 300_000 } });
  });

  it('reads a frame of many small blocks, as far as its text goes', async () => {
    const blocks = Array.from({ length: 100 }, (_, i) => block(RAW, 1, utf8(' '), i === 99));
    const error = await syncErrorOf(format.decodeDelta(concat(V1_HEADER, ...blocks)));
    expect(error.code).toBe('serialization');
  });
});
