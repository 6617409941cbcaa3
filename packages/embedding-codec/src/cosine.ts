/**
 * Cosine of the angle between two vectors; 0 where one of them has no direction (zero, not finite), and
 * so is like nothing, or where their lengths differ.
 * @example
 * ```ts
 * import { cosineSimilarity } from '@omega-tv/embedding-codec';
 *
 * console.log(cosineSimilarity([3, 4], [6, 8]), cosineSimilarity([1, 0], [0, 2])); // => 1 0
 * ```
 */
export function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return 0;
  let [dot, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  const lengths = Math.sqrt(squareA) * Math.sqrt(squareB);
  return lengths > 0 && lengths < Infinity ? dot / lengths : 0;
}
