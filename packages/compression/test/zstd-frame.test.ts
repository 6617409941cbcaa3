import fc from 'fast-check';
import { isSyncError } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { inspectZstdFrame } from '../src/index.js';
import { nativeZstd } from '../src/node/index.js';
import {
  block,
  bytesOf,
  COMPRESSED,
  concat,
  RAW,
  RLE,
  rawFrame,
  utf8,
  V1_HEADER,
} from './support.js';

const CAP = 256 * 1024;
const BLOCK = 128 * 1024;
const ZERO = bytesOf('00');
const MAGIC = bytesOf('28b52ffd');

function errorOf(bytes: Uint8Array, cap = CAP): unknown {
  try {
    inspectZstdFrame(bytes, cap);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a frame that is accepted (rule 2.3)', () => {
  const hello = block(RAW, 5, utf8('hello'));
  it.each([
    ['as v1 clients make it', concat(V1_HEADER, hello), 5],
    ['with a content checksum', concat(bytesOf('28b52ffd 0458'), hello, bytesOf('01020304')), 5],
    ['with a content size of 1 byte', concat(MAGIC, bytesOf('20 05'), hello), 5],
    ['with a content size of 2 bytes', concat(MAGIC, bytesOf('40 58 0000'), hello), 5],
    ['with a content size of 4 bytes', concat(MAGIC, bytesOf('80 58 05000000'), hello), 5],
    ['with a content size of 8 bytes', concat(MAGIC, bytesOf('c0 58 0500000000000000'), hello), 5],
    ['with a window of 8 MiB', concat(MAGIC, bytesOf('00 68'), hello), 5],
    ['with the unused bit set', concat(MAGIC, bytesOf('10 58'), hello), 5],
    ['with an RLE block', concat(V1_HEADER, block(RLE, 1000, ZERO)), 1000],
    ['empty', concat(V1_HEADER, block(RAW, 0, bytesOf(''))), 0],
    ['with a compressed block', concat(V1_HEADER, block(COMPRESSED, 1, ZERO)), BLOCK],
    ['in a small window', concat(MAGIC, bytesOf('00 00'), block(COMPRESSED, 1, ZERO)), 1024],
  ])('%s', (_, bytes, bound) => {
    expect(inspectZstdFrame(bytes, CAP)).toBe(bound);
  });

  it('bounds what the native codec makes of anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
        const bound = inspectZstdFrame(await nativeZstd.compress(bytes), CAP);
        expect(bound).toBeGreaterThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('a frame that is malformed (rule 2.3)', () => {
  const frame = rawFrame('hello');
  const skippable = bytesOf('502a4d18 02000000 0000');
  it.each([
    ['an empty body', bytesOf(''), 0],
    ['another magic number', bytesOf('1f8b0800 0000'), 0],
    ['a skippable frame before', concat(skippable, frame), 0],
    ['the last kind of skippable frame', concat(bytesOf('5f2a4d18 00000000'), frame), 0],
    ['a skippable frame behind', concat(frame, skippable), frame.length],
    ['two frames', concat(frame, frame), frame.length],
    ['a trailing byte', concat(frame, ZERO), frame.length],
    ['a dictionary id', concat(MAGIC, bytesOf('01 58 07'), block(RAW, 0, bytesOf(''))), 4],
    ['the reserved bit', concat(MAGIC, bytesOf('08 58'), block(RAW, 0, bytesOf(''))), 4],
    ['a window above 8 MiB', concat(MAGIC, bytesOf('00 69'), block(RAW, 0, bytesOf(''))), 5],
    ['a block of type 3', concat(V1_HEADER, block(3, 1, ZERO)), 6],
    ['an RLE block above 128 KiB', concat(V1_HEADER, block(RLE, BLOCK + 1, ZERO)), 6],
    ['a block above its window', concat(MAGIC, bytesOf('00 00'), block(RLE, 1025, ZERO)), 6],
    ['no last block', concat(V1_HEADER, block(RAW, 1, ZERO, false)), 10],
    ['a checksum cut off', concat(MAGIC, bytesOf('04 58'), block(RAW, 1, ZERO), bytesOf('01')), 10],
  ])('%s', (_, bytes, offsetBytes) => {
    expect(errorOf(bytes)).toMatchObject({ code: 'compression', details: { offsetBytes } });
  });

  it('every truncation', async () => {
    const real = await nativeZstd.compress(utf8('abc'.repeat(50)));
    for (let length = 0; length < real.length; length += 1) {
      expect(errorOf(real.subarray(0, length))).toMatchObject({ code: 'compression' });
    }
  });

  it('random bytes behind a good header never throw anything but a SyncError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, hasWindow) => {
        const error = errorOf(concat(hasWindow ? V1_HEADER : MAGIC, bytes));
        expect(error === undefined || isSyncError(error)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a frame that may expand too far (rule 2.3)', () => {
  const full = block(RLE, BLOCK, ZERO, false);
  it.each([
    ['by its content size', concat(MAGIC, bytesOf('80 58 01000400')), CAP + 1],
    ['by a content size of 2^63', concat(MAGIC, bytesOf('c0 58 0000000000000080')), 2 ** 63],
    ['by RLE blocks', concat(V1_HEADER, full, full, block(RLE, 1, ZERO)), CAP + 1],
    [
      'by compressed blocks',
      concat(V1_HEADER, full, block(COMPRESSED, 1, ZERO, false), block(COMPRESSED, 1, ZERO)),
      3 * BLOCK,
    ],
  ])('%s', (_, bytes, size) => {
    expect(errorOf(bytes)).toMatchObject({
      code: 'compression-limit',
      details: { size, limit: CAP },
    });
  });

  it('takes exactly the cap', () => {
    expect(inspectZstdFrame(concat(V1_HEADER, full, block(RLE, BLOCK, ZERO)), CAP)).toBe(CAP);
  });
});
