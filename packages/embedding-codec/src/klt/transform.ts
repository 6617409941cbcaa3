import { createKernel, type Kernel } from './kernel.js';

/**
 * The rotation onto the codebook's axes (Karhunen-Loeve transform) and back. Most of its time goes into
 * two loops: a kernel in WebAssembly runs them where the engine can, to the same bits.
 */
export class KltTransform {
  /** Starts of the rows in use, and what they are multiplied with. */
  private readonly rows: Int32Array;
  private readonly factors: Float64Array;
  private readonly basis: Float32Array;
  private readonly kernel: Kernel | null;

  /** @param kernel null where the loops here are to be used. */
  constructor(
    basis: Float32Array,
    readonly dimension: number,
    kernel = createKernel(basis, dimension),
  ) {
    this.kernel = kernel;
    this.basis = kernel?.basis ?? basis;
    this.rows = new Int32Array(dimension);
    this.factors = new Float64Array(dimension);
  }

  /** Coordinates of a vector along the axes. */
  forward(vector: ArrayLike<number>): Float64Array {
    const { basis, dimension, kernel } = this;
    if (kernel !== null && vector.length === dimension) {
      kernel.vector.set(vector);
      kernel.forward();
      return kernel.coordinates.slice();
    }
    const coordinates = new Float64Array(dimension);
    const blocks = dimension - (dimension % 4);
    for (let axis = 0; axis < dimension; axis += 1) {
      const row = axis * dimension;
      // Four sums, always in this order: floats do not associate, and bytes must not differ.
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let i = 0; i < blocks; i += 4) {
        a += (basis[row + i] ?? 0) * (vector[i] ?? 0);
        b += (basis[row + i + 1] ?? 0) * (vector[i + 1] ?? 0);
        c += (basis[row + i + 2] ?? 0) * (vector[i + 2] ?? 0);
        d += (basis[row + i + 3] ?? 0) * (vector[i + 3] ?? 0);
      }
      for (let i = blocks; i < dimension; i += 1) a += (basis[row + i] ?? 0) * (vector[i] ?? 0);
      coordinates[axis] = a + b + (c + d);
    }
    return coordinates;
  }

  /** Adds the vector with these coordinates to `vector`. */
  addInverse(coordinates: ArrayLike<number>, vector: Float64Array): void {
    const { basis, dimension, rows, factors } = this;
    // Axes are added in pairs, without those at zero.
    let count = 0;
    for (let axis = 0; axis < dimension; axis += 1) {
      const value = coordinates[axis] ?? 0;
      if (value === 0) continue;
      rows[count] = axis * dimension;
      factors[count] = value;
      count += 1;
    }
    const inEights = count - (count % 8);
    // Four pairs a pass: a quarter of the memory traffic of one, and the same sums in the same order.
    if (this.kernel !== null && vector.length === dimension) {
      this.addByKernel(this.kernel, inEights, vector);
    } else {
      for (let n = 0; n < inEights; n += 8) this.addEight(n, vector);
    }
    for (let n = inEights; n + 1 < count; n += 2) {
      const [a, b] = [rows[n] ?? 0, rows[n + 1] ?? 0];
      const [p, q] = [factors[n] ?? 0, factors[n + 1] ?? 0];
      for (let i = 0; i < dimension; i += 1) {
        const sum = p * (basis[a + i] ?? 0) + q * (basis[b + i] ?? 0);
        vector[i] = (vector[i] ?? 0) + sum;
      }
    }
    if (count % 2 === 1) {
      const [a, p] = [rows[count - 1] ?? 0, factors[count - 1] ?? 0];
      for (let i = 0; i < dimension; i += 1) vector[i] = (vector[i] ?? 0) + p * (basis[a + i] ?? 0);
    }
  }

  /** Adds the first `count` axes in use. */
  private addByKernel(kernel: Kernel, count: number, vector: Float64Array): void {
    for (let n = 0; n < count; n += 1) {
      kernel.rows[n] = kernel.rowAt(this.rows[n] ?? 0);
      kernel.factors[n] = this.factors[n] ?? 0;
    }
    kernel.vector.set(vector);
    kernel.addRows(count);
    vector.set(kernel.vector);
  }

  /** Adds four pairs of the axes in use, from the nth on. */
  private addEight(n: number, vector: Float64Array): void {
    const { basis, dimension, rows, factors } = this;
    const [a, b, c, d] = [rows[n] ?? 0, rows[n + 1] ?? 0, rows[n + 2] ?? 0, rows[n + 3] ?? 0];
    const [e, f, g, h] = [rows[n + 4] ?? 0, rows[n + 5] ?? 0, rows[n + 6] ?? 0, rows[n + 7] ?? 0];
    const [p, q] = [factors[n] ?? 0, factors[n + 1] ?? 0];
    const [r, s] = [factors[n + 2] ?? 0, factors[n + 3] ?? 0];
    const [t, u] = [factors[n + 4] ?? 0, factors[n + 5] ?? 0];
    const [v, w] = [factors[n + 6] ?? 0, factors[n + 7] ?? 0];
    /* eslint-disable @typescript-eslint/no-non-null-assertion -- the innermost loop of decoding: a
       "?? 0" makes it half as slow again. */
    for (let i = 0; i < dimension; i += 1) {
      const first = p * basis[a + i]! + q * basis[b + i]!;
      const second = r * basis[c + i]! + s * basis[d + i]!;
      const third = t * basis[e + i]! + u * basis[f + i]!;
      const fourth = v * basis[g + i]! + w * basis[h + i]!;
      vector[i] = vector[i]! + first + second + third + fourth;
    }
    /* eslint-enable @typescript-eslint/no-non-null-assertion */
  }

  /**
   * Coordinates whose inverse is the vector itself. The basis is rounded to 8 bits and so not quite
   * orthonormal; an unbiased coder must not hand that error to every average.
   */
  forwardExact(vector: ArrayLike<number>): Float64Array {
    const coordinates = this.forward(vector);
    const missing = new Float64Array(vector);
    this.addInverse(
      coordinates.map((value) => -value),
      missing,
    );
    const correction = this.forward(missing);
    return coordinates.map((value, axis) => value + (correction[axis] ?? 0));
  }
}
