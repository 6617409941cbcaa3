/** The rotation onto the codebook's axes (Karhunen-Loeve transform) and back. */
export class KltTransform {
  constructor(
    private readonly basis: Float32Array,
    readonly dimension: number,
  ) {}

  /** Coordinates of a vector along the axes. */
  forward(vector: ArrayLike<number>): Float64Array {
    const { basis, dimension } = this;
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
    const { basis, dimension } = this;
    // Two axes a pass, without those at zero: half the memory traffic of one.
    let [pending, row] = [0, -1];
    for (let axis = 0; axis < dimension; axis += 1) {
      const value = coordinates[axis] ?? 0;
      if (value === 0) continue;
      const start = axis * dimension;
      if (row < 0) {
        [pending, row] = [value, start];
        continue;
      }
      for (let i = 0; i < dimension; i += 1) {
        const sum = pending * (basis[row + i] ?? 0) + value * (basis[start + i] ?? 0);
        vector[i] = (vector[i] ?? 0) + sum;
      }
      row = -1;
    }
    for (let i = 0; row >= 0 && i < dimension; i += 1) {
      vector[i] = (vector[i] ?? 0) + pending * (basis[row + i] ?? 0);
    }
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
