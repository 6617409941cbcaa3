import { loadCatalogue } from '@omega-tv/catalogue';
import { createEmbeddingCodec, isCodecError } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { describe, expect, it } from '@jest/globals';
import { decodeStream, encodeStream } from '../src/vector-stream.js';

const codec = createEmbeddingCodec(readMiniLmCodebook());
const titles = loadCatalogue();
const random = { next: () => 0.3 };

describe('a stream of vectors', () => {
  it.each([1, 5, 140])('of %d comes back, within its budget', (count) => {
    const vectors = titles.slice(0, count).map((title) => title.embedding);
    for (const mode of ['download', 'upload'] as const) {
      const { bytes } = encodeStream(codec, vectors, { mode, random, budgetBytesPerVector: 64 });
      expect(bytes.length).toBeLessThanOrEqual(64 * count);
      const decoded = decodeStream(codec, bytes, mode === 'upload');
      expect(decoded).toHaveLength(count);
      expect(decoded.every((vector) => vector.length === 384)).toBe(true);
    }
  });

  it('is refused with another codebook, or with a count of no end', () => {
    const refusal = (bytes: number[]): unknown => {
      try {
        decodeStream(codec, Uint8Array.from(bytes), false);
      } catch (error) {
        return isCodecError(error) ? error.code : error;
      }
      return undefined;
    };
    expect(refusal([1, 2, 3, 4, 1, 0, 0])).toBe('unknown-codebook');
    const { bytes } = encodeStream(codec, [titles[0]!.embedding], {
      mode: 'download',
      budgetBytesPerVector: 64,
    });
    const id = bytes.slice(0, 4);
    expect(refusal([...id, 255, 255, 255, 255, 255])).toBe('invalid-message');
  });
});
