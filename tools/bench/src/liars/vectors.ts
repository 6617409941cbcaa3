import { cosineSimilarity } from '@omega-tv/embedding-codec';

/** Between two directions. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.sqrt(Math.max(0, 2 - 2 * cosineSimilarity(a, b)));
}
