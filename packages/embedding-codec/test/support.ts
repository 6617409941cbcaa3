import { loadCatalogue } from '@omega-tv/catalogue';
import { createEmbeddingCodec } from '../src/index.js';
import { readMiniLmCodebook } from '../src/node/index.js';

/** The codec as shipped. */
export const codec = createEmbeddingCodec(readMiniLmCodebook());

/** Titles that the shipped codebook never saw. */
export const unseen: readonly Float32Array[] = loadCatalogue()
  .filter((title) => title.heldOut)
  .map((title) => title.embedding);

/** A repeatable source of chance (a 32-bit linear congruence, upper bits). */
export function createRandom(seed: number): { next(): number } {
  let state = seed;
  return {
    next() {
      state = (Math.imul(state, 0x19660d) + 0x3c6ef35f) >>> 0;
      let word = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
      word = Math.imul(word ^ (word >>> 16), 0x45d9f3b);
      return ((word ^ (word >>> 16)) >>> 0) / 0x100000000;
    },
  };
}

export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    dot += a[i]! * b[i]!;
    squareA += a[i]! ** 2;
    squareB += b[i]! ** 2;
  }
  return dot / Math.sqrt(squareA * squareB);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function unit(vector: ArrayLike<number>): Float32Array {
  const length = Math.sqrt(Array.from(vector).reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(vector, (value) => value / length);
}
