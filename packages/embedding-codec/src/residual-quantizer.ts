import type { RangeDecoder } from './range-decoder.js';
import type { RangeEncoder } from './range-encoder.js';

/** What a quantiser made of one residual. */
export interface QuantizedResidual {
  readonly symbols: Int32Array;
  /** Squared error in fine steps plus LAMBDA times the bits; comparable at one step only. */
  readonly cost: number;
}

/** What a residual decodes to, along the codebook's axes. */
export interface DecodedResidual {
  /** Right on average over many encodings. The same as `best` in download mode. */
  readonly unbiased: Float64Array;
  /** Nearest to the truth for whoever reads this one. */
  readonly best: () => Float64Array;
}

/** Codes residuals at one step. `scale` is the residual's energy, `index` its place in the message. */
export interface ResidualQuantizer {
  /** Bits that a Gaussian residual of these variances would take: a quick forecast. */
  forecastBits(residual: Float64Array, scale: number): number;
  quantize(residual: Float64Array, scale: number, index: number): QuantizedResidual;
  write(coder: RangeEncoder, symbols: Int32Array, scale: number, index: number): void;
  read(coder: RangeDecoder, scale: number, index: number): Int32Array;
  reconstruct(symbols: Int32Array, scale: number, index: number): DecodedResidual;
}

/** What a bit is worth in squared fine steps. Anything from .3 to .5 does as well. */
export const LAMBDA = 0.4;
