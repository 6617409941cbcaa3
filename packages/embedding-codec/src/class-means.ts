import type { Codebook } from './codebook.js';
import { log2 } from './exact-math.js';
import type { KltTransform } from './klt/transform.js';
import { PROBABILITY_BITS } from './probability.js';
import type { RangeDecoder } from './range-decoder.js';
import type { RangeEncoder } from './range-encoder.js';

/** Classes differ along the leading axes only. */
const COMPARED_AXES = 160;
/** Noise that any coding leaves: it keeps small variances from deciding. */
const NOISE = 2e-4;
const BITS_PER_SQUARE = 0.7213475204444817;
const AXES_AT_A_TIME = 32;

/** The codebook's class means, as predictions. */
export class ClassMeans {
  readonly count: number;
  private readonly dimension: number;
  private readonly weights: Float64Array;
  private readonly classBits: Float64Array;
  private readonly starts: Uint16Array;
  private readonly vectors = new Map<number, Float64Array>();

  constructor(
    private readonly codebook: Codebook,
    private readonly transform: KltTransform,
  ) {
    const { classFrequencies, space, variances } = codebook;
    this.count = classFrequencies.length;
    this.dimension = space.dimension;
    this.weights = variances
      .subarray(0, Math.min(COMPARED_AXES, this.dimension))
      .map((variance) => BITS_PER_SQUARE / (variance + NOISE));
    this.classBits = Float64Array.from(classFrequencies, (f) => PROBABILITY_BITS - log2(f));
    this.starts = new Uint16Array(this.count + 1);
    classFrequencies.forEach((f, i) => (this.starts[i + 1] = (this.starts[i] ?? 0) + f));
  }

  /** The class that a vector with these coordinates most likely belongs to. */
  nearest(coordinates: Float64Array): number {
    let best = 0;
    let bestBits = Infinity;
    for (let index = 0; index < this.count; index += 1) {
      const bits = this.missBits(index, coordinates, bestBits);
      if (bits < bestBits) [best, bestBits] = [index, bits];
    }
    return best;
  }

  bits(index: number): number {
    return this.classBits[index] ?? 0;
  }

  /** The mean along the codebook's axes. */
  coordinates(index: number): Float32Array {
    return this.codebook.classMeans.subarray(index * this.dimension, (index + 1) * this.dimension);
  }

  /** The mean as a vector. */
  vector(index: number): Float64Array {
    let vector = this.vectors.get(index);
    if (vector === undefined) {
      vector = new Float64Array(this.dimension);
      this.transform.addInverse(this.coordinates(index), vector);
      this.vectors.set(index, vector);
    }
    return vector;
  }

  write(coder: RangeEncoder, index: number): void {
    const start = this.starts[index] ?? 0;
    coder.encode(start, (this.starts[index + 1] ?? 0) - start);
  }

  read(coder: RangeDecoder): number {
    const share = coder.peek();
    let index = 0;
    while ((this.starts[index + 1] ?? 0) <= share) index += 1;
    const start = this.starts[index] ?? 0;
    coder.consume(start, (this.starts[index + 1] ?? 0) - start);
    return index;
  }

  /** Bits of this class and of what it leaves, given up beyond `limit`. */
  private missBits(index: number, coordinates: Float64Array, limit: number): number {
    const { weights } = this;
    const means = this.codebook.classMeans;
    const row = index * this.dimension;
    let bits = this.classBits[index] ?? 0;
    for (let start = 0; start < weights.length && bits < limit; start += AXES_AT_A_TIME) {
      const end = Math.min(start + AXES_AT_A_TIME, weights.length);
      for (let axis = start; axis < end; axis += 1) {
        const miss = (coordinates[axis] ?? 0) - (means[row + axis] ?? 0);
        bits += miss * miss * (weights[axis] ?? 0);
      }
    }
    return bits;
  }
}
