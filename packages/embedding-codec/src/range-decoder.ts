import { CodecError } from './errors.js';
import { PROBABILITY_BITS, PROBABILITY_ONE } from './probability.js';

const RENORMALISE_BELOW = 0x1000000;
/** The encoder leaves out at most the 32 bits that the reader is ahead. */
const MAX_BYTES_AHEAD = 4;

/** Reads what RangeEncoder wrote. It never reads outside `bytes` and stops soon behind their end. */
export class RangeDecoder {
  private position = 0;
  private code = 0;
  private range = 0xffffffff;
  private unit = 0;

  constructor(private readonly bytes: Uint8Array) {
    for (let i = 0; i < MAX_BYTES_AHEAD; i += 1) this.shift();
  }

  /** Which of the 2^15 shares the next symbol owns; `consume` must follow. */
  peek(): number {
    this.unit = this.range >>> PROBABILITY_BITS;
    const share = Math.floor(this.code / this.unit);
    return share < PROBABILITY_ONE ? share : PROBABILITY_ONE - 1;
  }

  /**
   * Passes the symbol that owns [start, start + size).
   * @throws CodecError `invalid-message` where the bytes ended before.
   */
  consume(start: number, size: number): void {
    const below = this.unit * start;
    this.code -= below;
    this.range = start + size === PROBABILITY_ONE ? this.range - below : this.unit * size;
    while (this.range < RENORMALISE_BELOW) {
      this.range *= 256;
      this.shift();
    }
  }

  /**
   * Checks that the message ended where its symbols did.
   * @throws CodecError `invalid-message` where bytes were left or missing.
   */
  finish(): void {
    if (this.bytes.length > this.position) {
      throw new CodecError(
        'invalid-message',
        `${this.bytes.length - this.position} bytes are left behind the last vector.`,
      );
    }
  }

  private shift(): void {
    if (this.position >= this.bytes.length + MAX_BYTES_AHEAD) {
      throw new CodecError('invalid-message', 'The message ends inside a vector.');
    }
    this.code = this.code * 256 + (this.bytes[this.position] ?? 0);
    this.position += 1;
  }
}
