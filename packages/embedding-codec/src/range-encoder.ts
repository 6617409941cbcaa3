import { PROBABILITY_BITS, PROBABILITY_ONE } from './probability.js';

const FULL = 0x100000000;
const RENORMALISE_BELOW = 0x1000000;
/** What 0 to 4 further bytes resolve of the 32 bits of `low`. */
const RESOLUTIONS = [FULL, 0x1000000, 0x10000, 0x100, 1];

/**
 * A 32-bit range coder with carry (Martin 1979, byte by byte). The bytes written so far are the
 * leading digits of a number in base 256; `low` and `range` count in 2^-32 of their last digit.
 */
export class RangeEncoder {
  /** Small: engines keep so little beside the object, and most runs are shorter. */
  private bytes = new Uint8Array(64);
  private length = 0;
  private low = 0;
  private range = FULL - 1;

  /** Codes a symbol that owns [start, start + size) of 2^15. */
  encode(start: number, size: number): void {
    const unit = this.range >>> PROBABILITY_BITS;
    this.low += unit * start;
    // The last symbol also gets what the division left over.
    this.range = start + size === PROBABILITY_ONE ? this.range - unit * start : unit * size;
    this.carry();
    while (this.range < RENORMALISE_BELOW) {
      this.push();
      this.range *= 256;
    }
  }

  /** The shortest bytes that decode to what was coded. The encoder is spent afterwards. */
  finish(): Uint8Array {
    const end = this.low + this.range;
    for (const [count, resolution] of RESOLUTIONS.entries()) {
      // The reader takes zeros behind the end, so a multiple of the resolution in range will do.
      const value = Math.ceil(this.low / resolution) * resolution;
      if (value >= end) continue;
      this.low = value;
      this.carry();
      for (let i = 0; i < count; i += 1) this.push();
      break;
    }
    return this.bytes.slice(0, this.length);
  }

  private carry(): void {
    if (this.low < FULL) return;
    this.low -= FULL;
    let digit = this.length - 1;
    while (this.bytes[digit] === 0xff) {
      this.bytes[digit] = 0;
      digit -= 1;
    }
    this.bytes[digit] = (this.bytes[digit] ?? 0) + 1;
  }

  private push(): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    const digit = Math.floor(this.low / RENORMALISE_BELOW);
    this.bytes[this.length] = digit;
    this.length += 1;
    this.low = (this.low - digit * RENORMALISE_BELOW) * 256;
  }
}
