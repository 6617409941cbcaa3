import { FACTORS } from '@omega-tv/types';
import type { Axes } from './axes.js';
import { factorize } from './cholesky.js';
import type { LearningConfig } from './config.js';
import { LEARNING_MODEL } from './model.js';
import type { Moments } from './sums.js';

/**
 * A title's factors.
 * @param sum its tally's vector, see `sums.ts`.
 * @param decay what is left of that sum.
 */
export type SolveTitle = (sum: Float64Array, decay: number) => Float64Array;

/**
 * The ridge regression of "completed" on viewers, from sums alone. Exactly it would need the second
 * moments of each title's own viewers, S = sum x x'. They are taken to be those of all viewers and
 * a part g (`sharedMoment`) of what the title's have in common, S = n C/t + g s s'/n (s s'/n is the least that S can
 * be along s, by Cauchy and Schwarz). With q = (C/t + r diag(1/w))^-1 s / (n + a N) that is
 *
 * y = q / (1 + g p), p = q . s/n: what q says of the title's own viewers on average
 *
 * (Sherman, Morrison 1950). Without g, devices that all report one viewer of their choice draw their
 * title as far towards it as that is long; with it no title is longer than sqrt(n / (n + a N) / 4g)
 * where C is that of its generation.
 */
export function titleSolver(
  { weights }: Axes,
  { squares, devices }: Moments,
  { sharedMoment }: Pick<LearningConfig, 'sharedMoment'>,
): SolveTitle {
  const { ridge, unwatchedWeight } = LEARNING_MODEL;
  const matrix = squares.slice();
  for (let axis = 0; axis < FACTORS; axis += 1) {
    const at = axis * FACTORS + axis;
    matrix[at] = (matrix[at] ?? 0) + ridge / (weights[axis] ?? 1);
  }
  const solve = factorize(matrix, FACTORS);
  return (sum, decay) => {
    const viewers = sum[FACTORS] ?? 0;
    const shrink = decay / (viewers * decay + unwatchedWeight * devices);
    const q = solve(sum).map((value) => value * shrink);
    if (!(viewers > 0)) return q;
    const own = q.reduce((total, value, axis) => total + value * (sum[axis] ?? 0), 0) / viewers;
    return q.map((value) => value / (1 + sharedMoment * own));
  };
}
