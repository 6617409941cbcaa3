import { CENTRAL_CLASS, type Codebook } from './codebook.js';
import { log2 } from './exact-math.js';
import { GaussianForecast } from './gaussian-forecast.js';
import type { RangeDecoder } from './range-decoder.js';
import type { RangeEncoder } from './range-encoder.js';
import {
  LAMBDA,
  type DecodedResidual,
  type QuantizedResidual,
  type ResidualQuantizer,
} from './residual-quantizer.js';
import { varianceFactor } from './step-grid.js';
import { decodeEscape, encodeEscape, escapeBits } from './symbols.js';
import type { CostedTable } from './table-costs.js';
import type { Trellis, TrellisSearch } from './trellis.js';

/** Coefficients of this class of sigma/step and below (11 dB under the step) are not sent. */
const LAST_SILENT_CLASS = 2;
/** Squared error of the trellis quantiser in squared fine steps, roughly. */
const NOISE_PER_SQUARE_STEP = 0.25;

/** Observes what is sent, for training: quantiser, class, symbol, and the value in fine steps. */
export type SymbolObserver = (
  quantizer: number,
  sigmaClass: number,
  symbol: number,
  value: number,
) => void;

/**
 * Least squared error: trellis-coded quantisation (Marcellin & Fischer 1990) in the form of
 * VVC's dependent quantisation. Quantiser 0 stands for 2k fine steps, quantiser 1 for 2k - sgn k,
 * both moved to the centroid of what was sent as k.
 */
export class DownloadQuantizer implements ResidualQuantizer {
  private readonly classesOfScale = new Map<number, Uint8Array>();
  private readonly forecasts = new Map<number, GaussianForecast>();
  private readonly symbols = new Int32Array(4);
  private readonly costs = new Float64Array(4);

  constructor(
    private readonly codebook: Pick<Codebook, 'variances' | 'maxSymbol'>,
    private readonly tables: readonly (readonly CostedTable[])[],
    private readonly trellis: Trellis,
    private readonly search: TrellisSearch,
    private readonly step: number,
  ) {}

  forecastBits(residual: Float64Array, scale: number): number {
    let forecast = this.forecasts.get(scale);
    if (forecast === undefined) {
      const variances = this.variances(scale);
      const noise = NOISE_PER_SQUARE_STEP * this.step * this.step;
      forecast = new GaussianForecast(variances, new Float64Array(variances.length).fill(noise));
      this.forecasts.set(scale, forecast);
    }
    return forecast.bits(residual);
  }

  quantize(residual: Float64Array, scale: number): QuantizedResidual {
    const classes = this.sigmaClasses(scale);
    this.search.start();
    for (let i = 0; i < classes.length; i += 1) {
      const value = (residual[i] ?? 0) / this.step;
      this.findCandidates(0, classes[i] ?? 0, value);
      this.findCandidates(1, classes[i] ?? 0, value);
      this.search.step(this.symbols, this.costs);
    }
    const symbols = new Int32Array(classes.length);
    let cost = this.search.finish(symbols);
    for (let i = classes.length; i < residual.length; i += 1) {
      const value = (residual[i] ?? 0) / this.step;
      cost += value * value;
    }
    return { symbols, cost };
  }

  write(coder: RangeEncoder, symbols: Int32Array, scale: number): void {
    const { maxSymbol } = this.codebook;
    const classes = this.sigmaClasses(scale);
    let state = 0;
    symbols.forEach((symbol, i) => {
      const { starts } = this.table(state & 1, classes[i] ?? 0);
      const entry = clamp(symbol, maxSymbol) + maxSymbol;
      const start = starts[entry] ?? 0;
      coder.encode(start, (starts[entry + 1] ?? 0) - start);
      if (Math.abs(symbol) >= maxSymbol) encodeEscape(coder, Math.abs(symbol) - maxSymbol);
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    });
  }

  read(coder: RangeDecoder, scale: number): Int32Array {
    const { maxSymbol } = this.codebook;
    const classes = this.sigmaClasses(scale);
    const symbols = new Int32Array(classes.length);
    let state = 0;
    for (let i = 0; i < classes.length; i += 1) {
      const { starts } = this.table(state & 1, classes[i] ?? 0);
      const entry = findEntry(starts, coder.peek(), maxSymbol);
      const start = starts[entry] ?? 0;
      coder.consume(start, (starts[entry + 1] ?? 0) - start);
      let symbol = entry - maxSymbol;
      if (symbol === maxSymbol) symbol += decodeEscape(coder);
      else if (symbol === -maxSymbol) symbol -= decodeEscape(coder);
      symbols[i] = symbol;
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    }
    return symbols;
  }

  reconstruct(symbols: Int32Array, scale: number): DecodedResidual {
    const classes = this.sigmaClasses(scale);
    const best = new Float64Array(this.codebook.variances.length);
    let state = 0;
    symbols.forEach((symbol, i) => {
      const quantizer = state & 1;
      best[i] =
        this.centroid(quantizer, this.table(quantizer, classes[i] ?? 0), symbol) * this.step;
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    });
    return { unbiased: best, best: () => best };
  }

  /** Shows a trainer what was sent. */
  observe(
    residual: Float64Array,
    symbols: Int32Array,
    scale: number,
    observer: SymbolObserver,
  ): void {
    const classes = this.sigmaClasses(scale);
    let state = 0;
    symbols.forEach((symbol, i) => {
      observer(state & 1, classes[i] ?? 0, symbol, (residual[i] ?? 0) / this.step);
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    });
  }

  private variances(scale: number): Float64Array {
    const factor = varianceFactor(scale);
    return this.codebook.variances.map((variance) => variance * factor);
  }

  /** Class of sigma/step of each coefficient that is sent; the variances fall. */
  private sigmaClasses(scale: number): Uint8Array {
    let classes = this.classesOfScale.get(scale);
    if (classes === undefined) {
      const square = this.step * this.step;
      const all = Uint8Array.from(this.variances(scale), (variance) =>
        this.sigmaClass(variance / square),
      );
      const silent = all.findIndex((sigmaClass) => sigmaClass <= LAST_SILENT_CLASS);
      classes = silent < 0 ? all : all.slice(0, silent);
      this.classesOfScale.set(scale, classes);
    }
    return classes;
  }

  /** Quarter octaves of sigma/step, from its square. */
  private sigmaClass(squareRatio: number): number {
    const last = (this.tables[0]?.length ?? 1) - 1;
    return Math.max(0, Math.min(last, Math.round(2 * log2(squareRatio)) + CENTRAL_CLASS));
  }

  private table(quantizer: number, sigmaClass: number): CostedTable {
    const table = this.tables[quantizer]?.[sigmaClass];
    if (table === undefined) throw new RangeError('A codebook without this table was accepted.');
    return table;
  }

  private centroid(quantizer: number, table: CostedTable, symbol: number): number {
    const { maxSymbol } = this.codebook;
    if (Math.abs(symbol) >= maxSymbol) return 2 * symbol - quantizer * Math.sign(symbol);
    return table.centroids[symbol + maxSymbol] ?? 0;
  }

  /** Sets the best symbol of either parity of one quantiser, and its cost. */
  private findCandidates(quantizer: number, sigmaClass: number, value: number): void {
    const table = this.table(quantizer, sigmaClass);
    const { costs } = this;
    const edge = 2 * quantizer;
    const middle =
      quantizer === 0 ? Math.round(value / 2) : Math.trunc((value + Math.sign(value)) / 2);
    costs[edge] = costs[edge + 1] = Infinity;
    for (let symbol = middle - 1; symbol <= middle + 1; symbol += 1) {
      this.offer(quantizer, table, symbol, value);
    }
    if (middle > 1 || middle < -1) this.offer(quantizer, table, 0, value);
  }

  private offer(quantizer: number, table: CostedTable, symbol: number, value: number): void {
    const { maxSymbol } = this.codebook;
    const size = Math.abs(symbol);
    let bits = table.bits[clamp(symbol, maxSymbol) + maxSymbol] ?? 0;
    if (size >= maxSymbol) bits += escapeBits(size - maxSymbol);
    const miss = value - this.centroid(quantizer, table, symbol);
    const cost = miss * miss + LAMBDA * bits;
    const edge = 2 * quantizer + (symbol & 1);
    if (cost < (this.costs[edge] ?? 0)) {
      this.costs[edge] = cost;
      this.symbols[edge] = symbol;
    }
  }
}

function clamp(symbol: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, symbol));
}

/** The entry that owns a share; most symbols are near zero, so the search starts there. */
function findEntry(starts: Uint16Array, share: number, middle: number): number {
  let entry = middle;
  while ((starts[entry] ?? 0) > share) entry -= 1;
  while ((starts[entry + 1] ?? 0) <= share) entry += 1;
  return entry;
}
