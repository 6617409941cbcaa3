/**
 * Cosine of the angle between two vectors; 0 where one of them is zero, and so like nothing.
 * @example
 * ```ts
 * import { cosineSimilarity } from '@omega-tv/embedding-codec';
 *
 * console.log(cosineSimilarity([3, 4], [6, 8]), cosineSimilarity([1, 0], [0, 2])); // => 1 0
 * ```
 */
export function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA === 0 || squareB === 0 ? 0 : dot / (Math.sqrt(squareA) * Math.sqrt(squareB));
}
