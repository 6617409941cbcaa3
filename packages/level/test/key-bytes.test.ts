import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { keyFromBytes, keyToBytes, rangeOfPrefix } from '../src/index.js';

const anyText = fc.string({ unit: 'binary', maxLength: 8 });
const anyBytes = fc.uint8Array({ maxLength: 4 });

function isInside(bytes: Uint8Array, prefix: Uint8Array): boolean {
  const { gte, lt } = rangeOfPrefix(prefix);
  return (
    Buffer.compare(bytes, gte ?? new Uint8Array()) >= 0 &&
    (lt === undefined || Buffer.compare(bytes, lt) < 0)
  );
}

describe('keys', () => {
  it('are UTF-8, and come back', () => {
    fc.assert(
      fc.property(anyText, (key) => {
        const bytes = keyToBytes(key);
        expect(Buffer.from(bytes)).toEqual(Buffer.from(key, 'utf8'));
        expect(keyFromBytes(bytes)).toBe(key);
      }),
    );
  });

  it.each(['\ud83c', 'a\udfac', '\udfac\ud83c'])('refuse the lone surrogates of %j', (key) => {
    expect(() => keyToBytes(key)).toThrow('lone surrogate');
  });

  it.each([[[0xff]], [[0xc3]], [[0xed, 0xa0, 0x80]]])('refuse the bytes %j', (bytes) => {
    expect(() => keyFromBytes(Uint8Array.from(bytes))).toThrow('not valid');
  });
});

describe('the range of a prefix', () => {
  it('holds what begins with it, and nothing else', () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (prefix, key) => {
        const begins = Buffer.from(key.subarray(0, prefix.length)).equals(prefix);
        expect(isInside(key, prefix)).toBe(begins);
        expect(isInside(Uint8Array.from([...prefix, ...key]), prefix)).toBe(true);
      }),
    );
  });

  it.each([
    [[0x61, 0xff], [0x62]],
    [[0xff, 0xff], undefined],
    [[], undefined],
  ])('%j ends before %j', (prefix, end) => {
    const { lt } = rangeOfPrefix(Uint8Array.from(prefix));
    expect(lt === undefined ? undefined : Array.from(lt)).toEqual(end);
  });
});
