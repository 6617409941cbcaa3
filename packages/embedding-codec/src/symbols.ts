import { CodecError } from './errors.js';
import { log2 } from './exact-math.js';
import { PROBABILITY_BITS, PROBABILITY_ONE } from './probability.js';
import type { RangeDecoder } from './range-decoder.js';
import type { RangeEncoder } from './range-encoder.js';

const MAX_ESCAPE_BITS = 24;

/** Codes one of `count` equally likely symbols; count is at most 2^15. */
export function encodeUniform(coder: RangeEncoder, symbol: number, count: number): void {
  const start = Math.floor((symbol * PROBABILITY_ONE) / count);
  const end = Math.floor(((symbol + 1) * PROBABILITY_ONE) / count);
  coder.encode(start, end - start);
}

/** Reads what encodeUniform wrote. */
export function decodeUniform(coder: RangeDecoder, count: number): number {
  const share = coder.peek();
  const symbol = Math.floor(((share + 1) * count - 1) / PROBABILITY_ONE);
  const start = Math.floor((symbol * PROBABILITY_ONE) / count);
  const end = Math.floor(((symbol + 1) * PROBABILITY_ONE) / count);
  coder.consume(start, end - start);
  return symbol;
}

/** Codes a whole number from 0 to 2^24 - 2 in the Exp-Golomb code of order 0. */
export function encodeEscape(coder: RangeEncoder, value: number): void {
  const bits = bitLength(value + 1);
  for (let i = 1; i < bits; i += 1) encodeUniform(coder, 1, 2);
  encodeUniform(coder, 0, 2);
  for (let i = bits - 2; i >= 0; i -= 1) encodeUniform(coder, ((value + 1) >>> i) & 1, 2);
}

/**
 * Reads what encodeEscape wrote.
 * @throws CodecError `invalid-message` where it is larger than any encoder writes.
 */
export function decodeEscape(coder: RangeDecoder): number {
  let bits = 1;
  while (decodeUniform(coder, 2) === 1) {
    bits += 1;
    if (bits > MAX_ESCAPE_BITS) {
      throw new CodecError('invalid-message', 'A coefficient is larger than any encoder writes.');
    }
  }
  let value = 1;
  for (let i = 1; i < bits; i += 1) value = 2 * value + decodeUniform(coder, 2);
  return value - 1;
}

/** How many bits encodeEscape takes. */
export function escapeBits(value: number): number {
  return 2 * bitLength(value + 1) - 1;
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}

/** A symbol's frequencies, learned while the message goes by: both sides count alike. */
export class AdaptiveModel {
  private readonly counts: number[];
  private total: number;

  /** @param counts what is expected before anything was seen, each at least 1. */
  constructor(
    counts: readonly number[],
    private readonly increment: number,
  ) {
    this.counts = [...counts];
    this.total = counts.reduce((sum, count) => sum + count, 0);
  }

  encode(coder: RangeEncoder, symbol: number): void {
    const [start, end] = this.share(symbol);
    coder.encode(start, end - start);
    this.learn(symbol);
  }

  decode(coder: RangeDecoder): number {
    // The first symbol whose end lies behind the share: floor(sum * ONE / total) > share.
    const least = ((coder.peek() + 1) * this.total) / PROBABILITY_ONE;
    let [symbol, below, above] = [0, 0, this.counts[0] ?? 0];
    while (above < least) {
      symbol += 1;
      [below, above] = [above, above + (this.counts[symbol] ?? 0)];
    }
    const [start, end] = [this.toShare(below), this.toShare(above)];
    coder.consume(start, end - start);
    this.learn(symbol);
    return symbol;
  }

  bits(symbol: number): number {
    const [start, end] = this.share(symbol);
    return PROBABILITY_BITS - log2(end - start);
  }

  private share(symbol: number): readonly [start: number, end: number] {
    let below = 0;
    for (let i = 0; i < symbol; i += 1) below += this.counts[i] ?? 0;
    const above = below + (this.counts[symbol] ?? 0);
    return [this.toShare(below), this.toShare(above)];
  }

  private toShare(sum: number): number {
    return Math.floor((sum * PROBABILITY_ONE) / this.total);
  }

  private learn(symbol: number): void {
    if (this.total + this.increment > PROBABILITY_ONE) return;
    this.counts[symbol] = (this.counts[symbol] ?? 0) + this.increment;
    this.total += this.increment;
  }
}
