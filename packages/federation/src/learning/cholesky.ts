import type { Matrix } from './matrix.js';

/** A pivot below this share of the largest diagonal is taken as that: the matrix stays solvable. */
const LEAST_PIVOT = 1e-12;

/** Solves A x = b for many b. */
export type Solve = (right: ArrayLike<number>) => Float64Array;

/**
 * Factors a symmetric positive definite matrix as L L' (Cholesky) and returns what solves with it.
 * Only the lower triangle is read; the matrix is left as it is.
 */
export function factorize(matrix: Matrix, size: number): Solve {
  const lower = matrix.slice();
  let largest = 0;
  for (let i = 0; i < size; i += 1) largest = Math.max(largest, lower[i * size + i] ?? 0);
  const least = largest > 0 ? largest * LEAST_PIVOT : 1;
  for (let column = 0; column < size; column += 1) {
    const start = column * size;
    for (let row = column; row < size; row += 1) {
      const at = row * size;
      let sum = lower[at + column] ?? 0;
      for (let i = 0; i < column; i += 1) sum -= (lower[at + i] ?? 0) * (lower[start + i] ?? 0);
      lower[at + column] =
        row === column ? Math.sqrt(Math.max(sum, least)) : sum / (lower[start + column] ?? 1);
    }
  }
  return (right) => backward(lower, size, forward(lower, size, right));
}

function forward(lower: Matrix, size: number, right: ArrayLike<number>): Float64Array {
  const result = new Float64Array(size);
  for (let row = 0; row < size; row += 1) {
    const at = row * size;
    let sum = right[row] ?? 0;
    for (let i = 0; i < row; i += 1) sum -= (lower[at + i] ?? 0) * (result[i] ?? 0);
    result[row] = sum / (lower[at + row] ?? 1);
  }
  return result;
}

function backward(lower: Matrix, size: number, result: Float64Array): Float64Array {
  for (let row = size - 1; row >= 0; row -= 1) {
    const value = (result[row] ?? 0) / (lower[row * size + row] ?? 1);
    result[row] = value;
    for (let i = 0; i < row; i += 1) {
      result[i] = (result[i] ?? 0) - (lower[row * size + i] ?? 0) * value;
    }
  }
  return result;
}
