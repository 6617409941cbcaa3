import { factorize } from './cholesky.js';
import type { Matrix } from './matrix.js';
import { FACTORS } from '@omega-tv/types';
import { LEARNING_MODEL } from './model.js';

/** Sums over titles, of their factors y: all that the solve needs of them. They add. */
export interface FactorSums {
  readonly count: number;
  /** Sum of y y'; only the lower triangle is kept. */
  readonly squares: Matrix;
  /** Sum of y. */
  readonly total: Float64Array;
}

export function emptyFactorSums(): FactorSums {
  return {
    count: 0,
    squares: new Float64Array(FACTORS * FACTORS),
    total: new Float64Array(FACTORS),
  };
}

/**
 * The sums of titles with these factors; added to `sums`, which stay as they are.
 * @param weight of each, 1 unless its factors are a guess.
 */
export function sumFactors(
  factors: Iterable<ArrayLike<number>>,
  sums: FactorSums = emptyFactorSums(),
  weight = 1,
): FactorSums {
  const [squares, total] = [sums.squares.slice(), sums.total.slice()];
  let { count } = sums;
  for (const y of factors) {
    count += weight;
    addTitle(squares, total, y, weight);
  }
  return { count, squares, total };
}

/** The sums without one title that they hold: the viewer as it would be had it not watched that. */
export function withoutTitle(sums: FactorSums, y: ArrayLike<number>): FactorSums {
  const [squares, total] = [sums.squares.slice(), sums.total.slice()];
  addTitle(squares, total, y, -1);
  return { count: sums.count - 1, squares, total };
}

function addTitle(
  squares: Matrix,
  total: Float64Array,
  y: ArrayLike<number>,
  weight: number,
): void {
  for (let row = 0; row < FACTORS; row += 1) {
    const value = weight * (y[row] ?? 0);
    total[row] = (total[row] ?? 0) + value;
    if (value === 0) continue;
    const at = row * FACTORS;
    for (let column = 0; column <= row; column += 1) {
      squares[at + column] = (squares[at + column] ?? 0) + value * (y[column] ?? 0);
    }
  }
}

/** The sums over two sets of titles that have none in common. */
export function addFactorSums(a: FactorSums, b: FactorSums): FactorSums {
  return {
    count: a.count + b.count,
    squares: a.squares.map((value, i) => value + (b.squares[i] ?? 0)),
    total: a.total.map((value, i) => value + (b.total[i] ?? 0)),
  };
}

/** What a viewer is measured against. */
export interface FactorSpace {
  /**
   * Of the titles that this TV has factors of; their count is that of the whole list, where it is
   * longer than the part that the TV holds.
   */
  readonly listed: FactorSums;
  /** Ridge along each axis: `Axes.weights`. */
  readonly weights: Float64Array;
}

/**
 * A viewer's factors: the ridge regression of "completed" on the titles' factors, all listed
 * titles counting a tenth as not completed:
 * x = (a Y'Y + sum y y' + r (h + a m) diag(w))^-1 sum y, the sums over the h completed titles.
 * @param completed of the titles that this viewer completed and that have factors.
 * @param ridge `LEARNING_MODEL.ridge` for what is sent; what only ranks may take another.
 * @example
 * ```ts
 * import { scoreTitle, sumFactors, viewerFactors } from '@omega-tv/federation';
 *
 * const drama = Float64Array.from({ length: 32 }, (_, axis) => (axis === 0 ? 0.5 : 0.1));
 * const comedy = drama.map((value) => -value);
 * const listed = sumFactors([drama, comedy]);
 * const viewer = viewerFactors({ listed, weights: new Float64Array(32).fill(1) }, sumFactors([drama]));
 * const scoreOf = (coordinates) => scoreTitle(viewer, { count: 9, coordinates });
 * console.log(scoreOf(drama) > scoreOf(comedy)); // => true
 * ```
 */
export function viewerFactors(
  { listed, weights }: FactorSpace,
  completed: FactorSums,
  ridge: number = LEARNING_MODEL.ridge,
): Float64Array {
  const { unwatchedWeight } = LEARNING_MODEL;
  const penalty = ridge * (completed.count + unwatchedWeight * listed.count);
  const matrix = new Float64Array(FACTORS * FACTORS);
  for (let row = 0; row < FACTORS; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      const at = row * FACTORS + column;
      matrix[at] = unwatchedWeight * (listed.squares[at] ?? 0) + (completed.squares[at] ?? 0);
    }
    const diagonal = row * FACTORS + row;
    matrix[diagonal] = (matrix[diagonal] ?? 0) + penalty * (weights[row] ?? 1);
  }
  return factorize(matrix, FACTORS)(completed.total);
}
