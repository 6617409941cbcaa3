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

/**
 * Pairs of a taste and what it became: mixtures of real titles, of which the later one moved by
 * the stated share of its energy towards others.
 */
export function closePairs(
  count: number,
  energy: number,
): readonly (readonly [reference: Float32Array, moved: Float32Array])[] {
  return Array.from({ length: count }, (_, n) => {
    const at = (i: number): Float32Array => unseen[(7 * n + 31 * i) % unseen.length]!;
    const mix = (...titles: readonly Float32Array[]): Float32Array =>
      unit(titles[0]!.map((_, i) => titles.reduce((sum, title) => sum + title[i]!, 0)));
    const reference = mix(at(1), at(2), at(3));
    const other = mix(at(4), at(5));
    // The direction away from the reference, at a right angle.
    const along = cosine(reference, other);
    const away = unit(other.map((value, i) => value - along * reference[i]!));
    // |moved - reference|^2 = 2 - 2 cos = energy
    const kept = 1 - energy / 2;
    const turned = Math.sqrt(1 - kept * kept);
    return [reference, unit(reference.map((value, i) => kept * value + turned * away[i]!))];
  });
}
