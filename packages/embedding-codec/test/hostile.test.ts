import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { CodecError, parseCodebook } from '../src/index.js';
import { readFileSync } from 'node:fs';
import { codec, createRandom, unseen } from './support.js';

const random = createRandom(9);
const messages = (['download', 'upload'] as const).map(
  (mode) => codec.encode(unseen.slice(0, 4), { mode, random, rate: { step: 0.03 } }).bytes,
);

/** Decodes, or says that the codec refused; anything else is a failure. */
function decodes(bytes: Uint8Array, count: number): boolean {
  try {
    const vectors = codec.decode(bytes, { count });
    expect(vectors).toHaveLength(count);
    expect(vectors.every((vector) => vector.every(Number.isFinite))).toBe(true);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    return false;
  }
}

describe('a hostile message', () => {
  it('is refused where it lacks more than the last bytes', () => {
    for (const bytes of messages) {
      for (let length = 0; length < bytes.length - 4; length += 1) {
        expect(decodes(bytes.slice(0, length), 4)).toBe(false);
      }
    }
  });

  it('is refused where anything follows it', () => {
    for (const bytes of messages) {
      expect(decodes(Uint8Array.from([...bytes, 0, 0, 0, 0, 0]), 4)).toBe(false);
      expect(decodes(bytes, 2)).toBe(false);
      expect(decodes(bytes, 0x100000)).toBe(false);
    }
  });

  it('decodes or is refused, whatever is flipped', () => {
    for (const bytes of messages) {
      for (let bit = 0; bit < 8 * bytes.length; bit += 3) {
        const flipped = Uint8Array.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        decodes(flipped, 4);
      }
    }
  });

  it('decodes or is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(8), (bytes, count) => {
        decodes(bytes, count);
        if (bytes.length > 0)
          decodes(Uint8Array.from([bytes[0]! & 0x2f, ...bytes.slice(1)]), count);
      }),
      { numRuns: 300, seed: 6 },
    );
  });

  it('costs what its count allows, however much its bytes promise', () => {
    for (const fill of [0, 0xff]) {
      for (const head of [0x00, 0x08, 0x0f, 0x20, 0x28, 0x2f]) {
        const bytes = new Uint8Array(50_000).fill(fill);
        bytes[0] = head;
        const start = performance.now();
        expect(decodes(bytes, 2000)).toBe(false);
        // Milliseconds where nothing else runs.
        expect(performance.now() - start).toBeLessThan(20_000);
      }
    }
  });

  it('cannot ask for more vectors than a message holds', () => {
    for (const count of [-1, 1.5, NaN, 0x100001]) {
      expect(() => codec.decode(messages[0]!, { count })).toThrow(CodecError);
    }
  });
});

describe('a hostile codebook', () => {
  const file = readFileSync(new URL('../codebook/all-minilm-l6-v2.codebook', import.meta.url));

  it('is refused where it is cut or continued', () => {
    for (const length of [0, 3, 5, 40, 100, 2000, 150_000, file.length - 1]) {
      expect(() => parseCodebook(file.subarray(0, length))).toThrow(CodecError);
    }
    expect(() => parseCodebook(Buffer.concat([file, file.subarray(0, 1)]))).toThrow(/left over/);
  });

  it('is parsed or refused, whatever its head says', () => {
    for (let at = 0; at < 130; at += 1) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const changed = Uint8Array.from(file);
        changed[at] = value;
        try {
          parseCodebook(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }
    }
  });
});
