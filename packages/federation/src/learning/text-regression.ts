import { FACTORS } from '@omega-tv/types';
import { factorize } from './cholesky.js';

/** Ridge of the regression, for embeddings of unit length. */
const RIDGE = 10;

/** A title whose factors are known. */
export interface TextExample {
  readonly embedding: ArrayLike<number>;
  readonly coordinates: ArrayLike<number>;
}

/** Guesses the factors of titles from their texts. */
export interface TextRegression {
  factors(embedding: ArrayLike<number>): Float64Array;
}

/**
 * Ridge regression from text embeddings to title factors, over the titles that a TV has factors of:
 * for titles that are new, or beyond the list. Once for each version of the list; no bytes.
 * @param examples all of one embedding length; fewer than two guess zeros.
 * @example
 * ```ts
 * import { fitTextRegression } from '@omega-tv/federation';
 *
 * const drama = { embedding: [1, 0], coordinates: new Float64Array(32).fill(0.5) };
 * const comedy = { embedding: [0, 1], coordinates: new Float64Array(32).fill(-0.5) };
 * const regression = fitTextRegression([drama, comedy, drama, comedy]);
 * console.log(regression.factors([0.9, 0.1])[0] > 0); // => true
 * ```
 */
export function fitTextRegression(examples: readonly TextExample[]): TextRegression {
  const size = examples[0]?.embedding.length ?? 0;
  const mean = meanOf(
    examples.map(({ embedding }) => embedding),
    size,
  );
  const base = meanOf(
    examples.map(({ coordinates }) => coordinates),
    FACTORS,
  );
  const squares = new Float64Array(size * size);
  const products = Array.from({ length: FACTORS }, () => new Float64Array(size));
  for (const { embedding, coordinates } of examples) {
    const centred = mean.map((value, i) => (embedding[i] ?? 0) - value);
    for (let row = 0; row < size; row += 1) {
      const value = centred[row] ?? 0;
      for (let column = 0; column <= row; column += 1) {
        const at = row * size + column;
        squares[at] = (squares[at] ?? 0) + value * (centred[column] ?? 0);
      }
    }
    products.forEach((product, axis) => {
      const value = (coordinates[axis] ?? 0) - (base[axis] ?? 0);
      for (let i = 0; i < size; i += 1) product[i] = (product[i] ?? 0) + value * (centred[i] ?? 0);
    });
  }
  for (let i = 0; i < size; i += 1) squares[i * size + i] = (squares[i * size + i] ?? 0) + RIDGE;
  const solve = factorize(squares, size);
  const weights = products.map((product) => solve(product));
  return {
    factors: (embedding) =>
      base.map((value, axis) => {
        const weight = weights[axis];
        let sum = value;
        for (let i = 0; i < size; i += 1) {
          sum += (weight?.[i] ?? 0) * ((embedding[i] ?? 0) - (mean[i] ?? 0));
        }
        return sum;
      }),
  };
}

function meanOf(vectors: readonly ArrayLike<number>[], length: number): Float64Array {
  const sum = new Float64Array(length);
  for (const vector of vectors) {
    for (let i = 0; i < length; i += 1) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0);
  }
  return sum.map((value) => value / Math.max(1, vectors.length));
}
