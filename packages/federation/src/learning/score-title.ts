import { naturalLogarithm } from './logarithm.js';
import { SCORINGS, type Scoring } from './scorings.js';

/** A title as a TV knows it. */
export interface ScorableTitle {
  readonly count: number;
  readonly coordinates: ArrayLike<number>;
}

/**
 * How likely a viewer is to like a title, for ranking: x . y + b log(1 + n).
 * @param viewer factors of the viewer, or of the viewer less the mean viewer where the scoring says.
 * @example
 * ```ts
 * import { scoreTitle } from '@omega-tv/federation';
 *
 * const viewer = new Float64Array(32).fill(0.1);
 * const known = scoreTitle(viewer, { count: 200, coordinates: new Float64Array(32) });
 * const liked = scoreTitle(viewer, { count: 200, coordinates: new Float64Array(32).fill(0.2) });
 * console.log(liked > known); // => true
 * ```
 */
export function scoreTitle(
  viewer: ArrayLike<number>,
  { count, coordinates }: ScorableTitle,
  { popularity }: Pick<Scoring, 'popularity'> = SCORINGS[0] ?? { popularity: 0.1 },
): number {
  let match = 0;
  for (let i = 0; i < viewer.length; i += 1) match += (viewer[i] ?? 0) * (coordinates[i] ?? 0);
  return match + popularity * naturalLogarithm(1 + Math.max(0, count));
}
