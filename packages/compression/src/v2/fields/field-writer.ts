import { encodeUniform, RangeEncoder } from '@omega-tv/embedding-codec/coding';
import { V2_LIMITS } from '../limits.js';
import { tooMany, unwritable } from '../malformed.js';
import { isName } from '../names.js';
import { FieldModels, type IntegerField, type SymbolField } from './field.js';

/** The most values that one step of the range coder tells apart. */
const CHUNK_BITS = 15;
const encoder = new TextEncoder();

/**
 * Writes the fields of a section, range-coded with models that learn as the section goes by. A
 * reader takes the same fields in the same order.
 */
export class FieldWriter {
  readonly #coder = new RangeEncoder();
  readonly #models = new FieldModels();
  #textBytes = 0;

  symbol(field: SymbolField, value: number): void {
    this.#models.ofSymbol(field).encode(this.#coder, value);
  }

  flag(field: SymbolField, value: boolean): void {
    this.symbol(field, value ? 1 : 0);
  }

  /** One of `count` values that are equally likely; count is at most 2^15. */
  choice(_name: string, value: number, count: number): void {
    if (count > 1) encodeUniform(this.#coder, value, count);
  }

  /** A whole number below 2^bits, all equally likely; bits is at most 53. */
  bits(name: string, value: number, bits: number): void {
    checkWhole(name, value, 2 ** bits - 1);
    this.#bits(name, value, bits);
  }

  #bits(name: string, value: number, bits: number): void {
    for (let left = bits; left > 0;) {
      const size = Math.min(left, CHUNK_BITS);
      left -= size;
      this.choice(name, Math.floor(value / 2 ** left) % 2 ** size, 2 ** size);
    }
  }

  /** A whole number from 0 to 2^53 - 1: its bit length by a model, the bits below the first raw. */
  integer(field: IntegerField, value: number): void {
    checkWhole(field.name, value, Number.MAX_SAFE_INTEGER);
    const bits = bitLength(value);
    this.#models.ofBits(field).encode(this.#coder, bits);
    if (bits > 1) this.#bits(field.name, value, bits - 1);
  }

  /** A whole number of either sign, at most 2^52 in magnitude. */
  signed(field: IntegerField, value: number): void {
    this.integer(field, value < 0 ? -2 * value - 1 : 2 * value);
  }

  /**
   * A name in UTF-8, its length first.
   * @throws SyncError `serialization` for one that is too long or has no UTF-8 form,
   * `compression-limit` where the section has too much text.
   */
  text(name: string, value: string): void {
    checkName(name, value);
    const bytes = encoder.encode(value);
    this.#textBytes += bytes.length;
    if (this.#textBytes > V2_LIMITS.maxTextBytes) {
      throw tooMany('bytes of names in a section', this.#textBytes, V2_LIMITS.maxTextBytes);
    }
    this.integer({ name: `${name} length`, typicalBits: 3 }, bytes.length);
    for (const byte of bytes) this.#models.ofText(name).encode(this.#coder, byte);
  }

  bytes(name: string, value: Uint8Array): void {
    for (const byte of value) this.choice(name, byte, 256);
  }

  finish(): Uint8Array {
    return this.#coder.finish();
  }
}

/** @throws SyncError `serialization` for what is no id or genre. */
export function checkName(path: string, value: string): void {
  if (isName(value)) return;
  throw unwritable(path, 'must be well-formed Unicode of at most 1,024 characters');
}

function checkWhole(path: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw unwritable(path, `must be a whole number from 0 to ${max}, but is ${value}`);
}

function bitLength(value: number): number {
  let bits = 0;
  for (let rest = value; rest >= 1; rest = Math.floor(rest / 2)) bits += 1;
  return bits;
}
