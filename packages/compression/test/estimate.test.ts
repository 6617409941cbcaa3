import { describe, expect, it } from '@jest/globals';
import { estimateCompressedSize } from '../src/index.js';
import { nativeZstd } from '../src/node/index.js';
import { syncDeltaToJson } from '../src/v1/v1-json.js';
import { deltaOf, heldOutTitles, realPattern, utf8 } from './support.js';

const TOLERANCE = 0.1;

describe('estimateCompressedSize', () => {
  const uuid = (index: number): string =>
    `6f1d9a52-0c3b-4e77-9b1e-${(0x2a7c51d0e8f4 + index * 0x3c6ef372).toString(16)}`;

  describe.each(['short', 'uuid', 'half floats'])('with %s', (kind) => {
    it.each([0, 1, 2, 5, 10])('%i patterns: within 10 %', async (count) => {
      for (let start = 0; start + count <= 60; start += 10) {
        const patterns = Array.from({ length: count }, (_, i) =>
          realPattern(start + i, {
            ...(kind === 'uuid' && { id: uuid(start + i) }),
            ...(kind === 'half floats' && { embedding: heldOutTitles[start + i]!.embedding }),
          }),
        );
        const delta = deltaOf(patterns, kind === 'uuid' ? { deviceId: uuid(99) } : {});
        const real = (await nativeZstd.compress(utf8(syncDeltaToJson(delta)))).length;
        expect(Math.abs(estimateCompressedSize(delta) / real - 1)).toBeLessThan(TOLERANCE);
      }
    });
  });
});
