import { identity, type Matrix } from './matrix.js';

/** Sweeps over all pairs; six or seven suffice for 32 axes. */
const MAX_SWEEPS = 30;
const OFF_DIAGONAL_SHARE = 1e-24;

export interface Eigen {
  /** Falling. */
  readonly values: Float64Array;
  /** Column i is the axis of value i; its largest coordinate is positive. */
  readonly vectors: Matrix;
}

/**
 * Values and axes of a symmetric matrix, by cyclic Jacobi rotations (Golub, Van Loan, "Matrix
 * Computations", 8.5): no angle is computed, so that only arithmetic and square roots are needed.
 */
export function eigenOf(matrix: Matrix, size: number): Eigen {
  const a = matrix.slice();
  const v = identity(size);
  const total = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    if (offDiagonal(a, size) <= total * OFF_DIAGONAL_SHARE) break;
    for (let p = 0; p < size - 1; p += 1) {
      for (let q = p + 1; q < size; q += 1) rotate(a, v, size, p, q);
    }
  }
  return sorted(a, v, size);
}

function offDiagonal(a: Matrix, size: number): number {
  let sum = 0;
  for (let p = 0; p < size; p += 1) {
    for (let q = p + 1; q < size; q += 1) sum += (a[p * size + q] ?? 0) * (a[p * size + q] ?? 0);
  }
  return sum;
}

function rotate(a: Matrix, v: Matrix, size: number, p: number, q: number): void {
  const off = a[p * size + q] ?? 0;
  if (off === 0) return;
  const theta = ((a[q * size + q] ?? 0) - (a[p * size + p] ?? 0)) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let i = 0; i < size; i += 1) turn(a, i * size + p, i * size + q, c, s);
  for (let i = 0; i < size; i += 1) turn(a, p * size + i, q * size + i, c, s);
  for (let i = 0; i < size; i += 1) turn(v, i * size + p, i * size + q, c, s);
}

function turn(values: Matrix, at: number, other: number, c: number, s: number): void {
  const [x, y] = [values[at] ?? 0, values[other] ?? 0];
  values[at] = c * x - s * y;
  values[other] = s * x + c * y;
}

function sorted(a: Matrix, v: Matrix, size: number): Eigen {
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (i, j) => (a[j * size + j] ?? 0) - (a[i * size + i] ?? 0) || i - j,
  );
  const vectors = new Float64Array(size * size);
  order.forEach((from, to) => {
    let largest = 0;
    for (let i = 0; i < size; i += 1) {
      const value = v[i * size + from] ?? 0;
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    const sign = largest < 0 ? -1 : 1;
    for (let i = 0; i < size; i += 1) vectors[i * size + to] = sign * (v[i * size + from] ?? 0);
  });
  return { values: Float64Array.from(order, (i) => a[i * size + i] ?? 0), vectors };
}
