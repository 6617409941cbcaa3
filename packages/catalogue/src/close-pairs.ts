import { dot } from './dot.js';

/** A taste, and what it became. */
export type ClosePair = readonly [reference: Float32Array, moved: Float32Array];

/**
 * Mixtures of three titles, each with what it becomes when a share of its energy moves towards two
 * others: |moved - reference|^2 is `energy`.
 */
export function closePairs(
  vectors: readonly Float32Array[],
  count: number,
  energy: number,
): readonly ClosePair[] {
  return Array.from({ length: count }, (_, n): ClosePair => {
    const mix = (...places: readonly number[]): Float32Array =>
      unit(
        sum(places.map((i) => vectors[(7 * n + 31 * i) % vectors.length] ?? new Float32Array())),
      );
    const reference = mix(1, 2, 3);
    const other = mix(4, 5);
    // The direction away from the reference, at a right angle to it.
    const along = dot(reference, other) / Math.sqrt(dot(reference, reference) * dot(other, other));
    const away = unit(other.map((value, i) => value - along * (reference[i] ?? 0)));
    // |moved - reference|^2 = 2 - 2 cos
    const kept = 1 - energy / 2;
    const turned = Math.sqrt(1 - kept * kept);
    return [reference, unit(reference.map((value, i) => kept * value + turned * (away[i] ?? 0)))];
  });
}

function sum(vectors: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array()] = vectors;
  return first.map((_, i) => vectors.reduce((total, vector) => total + (vector[i] ?? 0), 0));
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}
