import { log2 } from './exact-math.js';

/** 1 / (2 ln 2): bits in half a squared deviation. */
const BITS_PER_SQUARE = 0.7213475204444817;

/** Code length of Gaussian residuals with known variances, coded with known noise. */
export class GaussianForecast {
  private readonly fixedBits: number;
  private readonly weights: Float64Array;

  constructor(variances: Float64Array, noises: Float64Array) {
    this.weights = variances.map((variance, i) => BITS_PER_SQUARE / (variance + (noises[i] ?? 0)));
    this.fixedBits = variances.reduce(
      (bits, variance, i) => bits + log2(1 + variance / (noises[i] ?? 1)) / 2,
      0,
    );
  }

  bits(residual: Float64Array): number {
    const { weights } = this;
    let bits = this.fixedBits;
    for (let i = 0; i < weights.length; i += 1) {
      const value = residual[i] ?? 0;
      bits += value * value * (weights[i] ?? 0);
    }
    return bits;
  }
}
