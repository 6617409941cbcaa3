import { NORMAL_ONE, NORMAL_PER_SIGMA, NORMAL_SIGMAS, type Codebook } from './codebook.js';
import { drawDither, type Dither } from './dither.js';
import { PROBABILITY_ONE } from './probability.js';
import type { RangeDecoder } from './range-decoder.js';
import type { RangeEncoder } from './range-encoder.js';
import type {
  DecodedResidual,
  QuantizedResidual,
  ResidualQuantizer,
} from './residual-quantizer.js';
import { decodeEscape, encodeEscape } from './symbols.js';
import type { Trellis, TrellisSearch } from './trellis.js';
import type { UploadPlans } from './upload-plans.js';

/** Symbols go from -MAX_SYMBOL to MAX_SYMBOL; the ends are followed by what is missing. */
const MAX_SYMBOL = 31;
const SYMBOLS = 2 * MAX_SYMBOL + 1;
/** What is left of 2^15 once every symbol has its 1. */
const SHARED = PROBABILITY_ONE - SYMBOLS;

/**
 * Unbiased: entropy-coded dithered quantisation (Ziv 1985, Zamir & Feder 1992) on a trellis. The
 * dither covers the period of the code and signs are drawn, so the error has mean zero and does not
 * depend on the vector; the search looks at the error alone, for weighing bits would bias it.
 */
export class UploadQuantizer implements ResidualQuantizer {
  private readonly dithers = new Map<number, Dither>();
  private readonly candidates = new Int32Array(4);
  private readonly costs = new Float64Array(4);

  constructor(
    private readonly codebook: Codebook,
    private readonly trellis: Trellis,
    private readonly search: TrellisSearch,
    private readonly plans: UploadPlans,
    private readonly seed: number,
  ) {}

  forecastBits(residual: Float64Array, scale: number): number {
    return this.plans.ofScale(scale).forecast.bits(residual);
  }

  quantize(residual: Float64Array, scale: number, index: number): QuantizedResidual {
    const { steps } = this.plans.ofScale(scale);
    const { offsets, signs } = this.dither(index);
    this.search.start();
    for (let i = 0; i < residual.length; i += 1) {
      const value = ((signs[i] ?? 1) * (residual[i] ?? 0)) / (steps[i] ?? 1) + (offsets[i] ?? 0);
      for (let coset = 0; coset < 4; coset += 1) {
        const point = coset + 4 * Math.round((value - coset) / 4);
        const quantizer = coset & 1;
        const edge = 2 * quantizer + (coset >> 1);
        this.candidates[edge] = (point - quantizer) / 2;
        this.costs[edge] = (value - point) * (value - point);
      }
      this.search.step(this.candidates, this.costs);
    }
    const symbols = new Int32Array(residual.length);
    const cost = this.search.finish(symbols);
    return { symbols, cost };
  }

  write(coder: RangeEncoder, symbols: Int32Array, scale: number, index: number): void {
    const { ratios } = this.plans.ofScale(scale);
    const { offsets } = this.dither(index);
    let state = 0;
    symbols.forEach((symbol, i) => {
      const origin = (state & 1) - 1 - (offsets[i] ?? 0);
      const ratio = ratios[i] ?? 1;
      const inner = Math.max(-MAX_SYMBOL, Math.min(MAX_SYMBOL, symbol));
      const start = this.startOf(inner, origin, ratio);
      coder.encode(start, this.startOf(inner + 1, origin, ratio) - start);
      if (Math.abs(symbol) >= MAX_SYMBOL) encodeEscape(coder, Math.abs(symbol) - MAX_SYMBOL);
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    });
  }

  read(coder: RangeDecoder, scale: number, index: number): Int32Array {
    const { ratios } = this.plans.ofScale(scale);
    const { offsets } = this.dither(index);
    const symbols = new Int32Array(ratios.length);
    let state = 0;
    for (let i = 0; i < symbols.length; i += 1) {
      const origin = (state & 1) - 1 - (offsets[i] ?? 0);
      symbols[i] = this.readSymbol(coder, origin, ratios[i] ?? 1);
      state = this.trellis.next[2 * state + ((symbols[i] ?? 0) & 1)] ?? 0;
    }
    return symbols;
  }

  reconstruct(symbols: Int32Array, scale: number, index: number): DecodedResidual {
    const { steps, shrinkage } = this.plans.ofScale(scale);
    const { offsets, signs } = this.dither(index);
    const unbiased = new Float64Array(symbols.length);
    let state = 0;
    for (let i = 0; i < symbols.length; i += 1) {
      const symbol = symbols[i] ?? 0;
      const point = 2 * symbol + (state & 1) - (offsets[i] ?? 0);
      unbiased[i] = (signs[i] ?? 1) * point * (steps[i] ?? 0);
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    }
    return { unbiased, best: () => unbiased.map((value, i) => value * (shrinkage[i] ?? 0)) };
  }

  private dither(index: number): Dither {
    let dither = this.dithers.get(index);
    if (dither === undefined) {
      dither = drawDither(this.seed, index, this.codebook.variances.length);
      this.dithers.clear();
      this.dithers.set(index, dither);
    }
    return dither;
  }

  /** Reads one symbol, looking outwards from the one in the middle of the distribution. */
  private readSymbol(coder: RangeDecoder, origin: number, ratio: number): number {
    const share = coder.peek();
    let symbol = origin < -2 ? 1 : 0;
    let start = this.startOf(symbol, origin, ratio);
    let end = start;
    if (start <= share) {
      end = this.startOf(symbol + 1, origin, ratio);
      while (end <= share) {
        symbol += 1;
        start = end;
        end = this.startOf(symbol + 1, origin, ratio);
      }
    } else {
      while (start > share) {
        symbol -= 1;
        end = start;
        start = this.startOf(symbol, origin, ratio);
      }
    }
    coder.consume(start, end - start);
    if (symbol === MAX_SYMBOL) return symbol + decodeEscape(coder);
    if (symbol === -MAX_SYMBOL) return symbol - decodeEscape(coder);
    return symbol;
  }

  /**
   * Where the share of a symbol begins. Given state and dither the points lie two fine steps apart,
   * so their probabilities are differences of one distribution function and telescope.
   */
  private startOf(symbol: number, origin: number, ratio: number): number {
    if (symbol <= -MAX_SYMBOL) return 0;
    if (symbol > MAX_SYMBOL) return PROBABILITY_ONE;
    return symbol + MAX_SYMBOL + Math.floor(SHARED * this.normal((2 * symbol + origin) * ratio));
  }

  /** The normal distribution function, interpolated in the codebook's integers. */
  private normal(sigmas: number): number {
    const { normal } = this.codebook;
    const place = Math.abs(sigmas) * NORMAL_PER_SIGMA;
    const last = NORMAL_PER_SIGMA * NORMAL_SIGMAS;
    let half = (normal[last] ?? 0) / NORMAL_ONE;
    if (place < last) {
      const below = Math.floor(place);
      const value = normal[below] ?? 0;
      half = (value + ((normal[below + 1] ?? 0) - value) * (place - below)) / NORMAL_ONE;
    }
    return sigmas < 0 ? 0.5 - half : 0.5 + half;
  }
}
