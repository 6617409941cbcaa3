/** Square matrices, row by row in one array. Only + - * / and sqrt: the same on every engine. */
export type Matrix = Float64Array;

export function identity(size: number): Matrix {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) matrix[i * size + i] = 1;
  return matrix;
}

/** `matrix` x `vector`. */
export function apply(matrix: Matrix, vector: ArrayLike<number>): Float64Array {
  const size = Math.round(Math.sqrt(matrix.length));
  const product = new Float64Array(size);
  for (let row = 0; row < size; row += 1) {
    let sum = 0;
    for (let i = 0; i < size; i += 1) sum += (matrix[row * size + i] ?? 0) * (vector[i] ?? 0);
    product[row] = sum;
  }
  return product;
}

export function multiply(a: Matrix, b: Matrix): Matrix {
  const size = Math.round(Math.sqrt(a.length));
  const product = new Float64Array(a.length);
  for (let row = 0; row < size; row += 1) {
    for (let i = 0; i < size; i += 1) {
      const factor = a[row * size + i] ?? 0;
      for (let column = 0; column < size; column += 1) {
        const at = row * size + column;
        product[at] = (product[at] ?? 0) + factor * (b[i * size + column] ?? 0);
      }
    }
  }
  return product;
}

export function transpose(matrix: Matrix): Matrix {
  const size = Math.round(Math.sqrt(matrix.length));
  return matrix.map((_, at) => matrix[(at % size) * size + Math.floor(at / size)] ?? 0);
}

/** The upper triangle of a symmetric matrix, row by row: size (size + 1) / 2 numbers. */
export function toTriangle(matrix: Matrix, size: number): Float64Array {
  const triangle = new Float64Array((size * (size + 1)) / 2);
  let at = 0;
  for (let row = 0; row < size; row += 1) {
    for (let column = row; column < size; column += 1) {
      triangle[at] = matrix[row * size + column] ?? 0;
      at += 1;
    }
  }
  return triangle;
}

export function fromTriangle(triangle: ArrayLike<number>, size: number): Matrix {
  const matrix = new Float64Array(size * size);
  let at = 0;
  for (let row = 0; row < size; row += 1) {
    for (let column = row; column < size; column += 1) {
      matrix[row * size + column] = triangle[at] ?? 0;
      matrix[column * size + row] = triangle[at] ?? 0;
      at += 1;
    }
  }
  return matrix;
}
