/** Axes of a symmetric matrix, the strongest first. */
export interface Eigensystem {
  readonly values: Float64Array;
  /** Row k is axis k; its largest coordinate is positive. */
  readonly axes: Float64Array;
}

const MAX_SWEEPS = 40;
/** Off-diagonal weight, relative to the diagonal's, at which the rotations stop. */
const TOLERANCE = 1e-22;

/**
 * Eigensystem of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, section 8.5):
 * slower than LAPACK, but + - * / and sqrt in one order give the same bytes on every machine.
 */
export function eigensystem(
  matrix: Float64Array,
  size: number,
  onSweep: (sweep: number) => void,
): Eigensystem {
  const work = Float64Array.from(matrix);
  const axes = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) axes[i * size + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonalShare(work, size) > TOLERANCE; sweep += 1) {
    for (let p = 0; p < size - 1; p += 1) {
      for (let q = p + 1; q < size; q += 1) rotate(work, axes, size, p, q);
    }
    onSweep(sweep + 1);
  }
  return sorted(work, axes, size);
}

function offDiagonalShare(work: Float64Array, size: number): number {
  let [outside, inside] = [0, 0];
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      const value = work[i * size + j] ?? 0;
      if (i === j) inside += value * value;
      else outside += value * value;
    }
  }
  return inside === 0 ? 0 : outside / inside;
}

/** Turns axes p and q so that they no longer mix. */
function rotate(work: Float64Array, axes: Float64Array, size: number, p: number, q: number): void {
  const mixed = work[p * size + q] ?? 0;
  if (mixed === 0) return;
  const theta = ((work[q * size + q] ?? 0) - (work[p * size + p] ?? 0)) / (2 * mixed);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(t * t + 1);
  const sine = t * cosine;
  const [rowP, rowQ] = [p * size, q * size];
  turnRows(work, rowP, rowQ, size, cosine, sine);
  for (let start = 0; start < size * size; start += size) {
    const [a, b] = [work[start + p] ?? 0, work[start + q] ?? 0];
    work[start + p] = cosine * a - sine * b;
    work[start + q] = sine * a + cosine * b;
  }
  work[rowP + q] = 0;
  work[rowQ + p] = 0;
  turnRows(axes, rowP, rowQ, size, cosine, sine);
}

function turnRows(
  rows: Float64Array,
  first: number,
  second: number,
  size: number,
  cosine: number,
  sine: number,
): void {
  for (let i = 0; i < size; i += 1) {
    const [a, b] = [rows[first + i] ?? 0, rows[second + i] ?? 0];
    rows[first + i] = cosine * a - sine * b;
    rows[second + i] = sine * a + cosine * b;
  }
}

function sorted(work: Float64Array, axes: Float64Array, size: number): Eigensystem {
  const value = (i: number): number => work[i * size + i] ?? 0;
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (a, b) => value(b) - value(a) || a - b,
  );
  const rows = new Float64Array(size * size);
  order.forEach((from, to) => {
    const axis = axes.subarray(from * size, (from + 1) * size);
    const largest = axis.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    rows.set(largest < 0 ? axis.map((x) => -x) : axis, to * size);
  });
  return { values: Float64Array.from(order, (i) => Math.max(value(i), 0)), axes: rows };
}
