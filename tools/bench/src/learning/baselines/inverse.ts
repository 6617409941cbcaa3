/** Columns that are worked on at a time, so that rows stay in the processor's cache. */
const BLOCK = 48;

/**
 * The inverse of a symmetric positive definite matrix, in place: Cholesky by blocks of rows, the
 * inverse of the factor, and its product with itself.
 */
export function invertInPlace(matrix: Float64Array, size: number): void {
  factor(matrix, size);
  invertFactor(matrix, size);
  multiplyFactor(matrix, size);
}

/** The lower triangle becomes L of L L'. */
function factor(a: Float64Array, size: number): void {
  for (let first = 0; first < size; first += BLOCK) {
    const last = Math.min(first + BLOCK, size);
    for (let column = 0; column < last; column += 1) {
      const columnStart = column * size;
      for (let row = Math.max(first, column); row < last; row += 1) {
        const start = row * size;
        const sum = (a[start + column] ?? 0) - dot(a, start, columnStart, column);
        // The pivot is the first of its column.
        const pivot = a[columnStart + column] ?? 1;
        a[start + column] = row === column ? Math.sqrt(sum) : sum / pivot;
      }
    }
  }
}

/** L becomes its inverse, kept transposed in the upper triangle so that its columns are rows. */
function invertFactor(a: Float64Array, size: number): void {
  for (let first = 0; first < size; first += BLOCK) {
    const last = Math.min(first + BLOCK, size);
    const work = Array.from({ length: last - first }, () => new Float64Array(size));
    for (let row = first; row < size; row += 1) {
      const start = row * size;
      const pivot = a[start + row] ?? 1;
      for (let column = first; column < Math.min(last, row + 1); column += 1) {
        const values = work[column - first] ?? new Float64Array();
        let sum = row === column ? 1 : 0;
        for (let i = column; i < row; i += 1) sum -= (a[start + i] ?? 0) * (values[i] ?? 0);
        values[row] = sum / pivot;
      }
    }
    // The diagonal of L is needed until the end: the inverse's is one over it.
    for (let column = first; column < last; column += 1) {
      const values = work[column - first] ?? new Float64Array();
      for (let row = column + 1; row < size; row += 1) a[column * size + row] = values[row] ?? 0;
    }
  }
  for (let i = 0; i < size; i += 1) a[i * size + i] = 1 / (a[i * size + i] ?? 1);
}

/** (L^-1)' L^-1, row i of the upper triangle holding column i of L^-1. */
function multiplyFactor(a: Float64Array, size: number): void {
  for (let first = 0; first < size; first += BLOCK) {
    const last = Math.min(first + BLOCK, size);
    for (let column = first; column < size; column += 1) {
      for (let row = first; row < Math.min(last, column + 1); row += 1) {
        let sum = 0;
        for (let i = column; i < size; i += 1) {
          sum += (a[row * size + i] ?? 0) * (a[column * size + i] ?? 0);
        }
        a[column * size + row] = sum;
      }
    }
  }
  for (let row = 0; row < size; row += 1) {
    for (let column = row + 1; column < size; column += 1) {
      a[row * size + column] = a[column * size + row] ?? 0;
    }
  }
}

function dot(a: Float64Array, start: number, other: number, length: number): number {
  let [sum, second] = [0, 0];
  const even = length - (length % 2);
  for (let i = 0; i < even; i += 2) {
    sum += (a[start + i] ?? 0) * (a[other + i] ?? 0);
    second += (a[start + i + 1] ?? 0) * (a[other + i + 1] ?? 0);
  }
  if (even < length) sum += (a[start + even] ?? 0) * (a[other + even] ?? 0);
  return sum + second;
}
