import { decodeUniform, RangeDecoder } from '@omega-tv/embedding-codec/coding';
import { V2_LIMITS } from '../limits.js';
import { malformed, utf8 } from '../malformed.js';
import { isName, MAX_NAME_BYTES } from '../names.js';
import { FieldModels, type IntegerField, type SymbolField } from './field.js';

const CHUNK_BITS = 15;
const SHARE_BITS = 15;

/** What each field took, in bits: for people. */
export type FieldCosts = Map<string, number>;

/** A range decoder that knows what each symbol cost. */
class CostedDecoder extends RangeDecoder {
  bits = 0;

  override consume(start: number, size: number): void {
    this.bits += SHARE_BITS - Math.log2(size);
    super.consume(start, size);
  }
}

/** Reads what FieldWriter wrote. Throws CodecError where the bytes end before their fields. */
export class FieldReader {
  readonly #coder: RangeDecoder;
  readonly #costs: FieldCosts | undefined;
  readonly #models = new FieldModels();
  #textBytes = 0;

  /** @param costs gets what each field takes. Default: nobody looks. */
  constructor(bytes: Uint8Array, costs?: FieldCosts) {
    this.#coder = costs === undefined ? new RangeDecoder(bytes) : new CostedDecoder(bytes);
    this.#costs = costs;
  }

  symbol(field: SymbolField): number {
    return this.#costed(field.name, () => this.#models.ofSymbol(field).decode(this.#coder));
  }

  flag(field: SymbolField): boolean {
    return this.symbol(field) === 1;
  }

  choice(name: string, count: number): number {
    if (count <= 1) return 0;
    return this.#costed(name, () => decodeUniform(this.#coder, count));
  }

  bits(name: string, bits: number): number {
    let value = 0;
    for (let left = bits; left > 0;) {
      const size = Math.min(left, CHUNK_BITS);
      left -= size;
      value = value * 2 ** size + this.choice(name, 2 ** size);
    }
    return value;
  }

  integer(field: IntegerField): number {
    const bits = this.#costed(field.name, () => this.#models.ofBits(field).decode(this.#coder));
    return bits === 0 ? 0 : 2 ** (bits - 1) + this.bits(field.name, bits - 1);
  }

  signed(field: IntegerField): number {
    const value = this.integer(field);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A name; its length is checked before any of it is read. */
  text(name: string): string {
    const length = this.integer({ name: `${name} length`, typicalBits: 3 });
    this.#textBytes += length;
    if (length > MAX_NAME_BYTES || this.#textBytes > V2_LIMITS.maxTextBytes) {
      throw malformed(`${name}: has ${length} bytes, more than a name or a section may have`);
    }
    const model = this.#models.ofText(name);
    const bytes = new Uint8Array(length);
    this.#costed(name, () => {
      for (let i = 0; i < length; i += 1) bytes[i] = model.decode(this.#coder);
    });
    const text = utf8(name, bytes);
    if (!isName(text)) throw malformed(`${name}: has more than 1,024 characters`);
    return text;
  }

  bytes(name: string, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) bytes[i] = this.choice(name, 256);
    return bytes;
  }

  /** @throws CodecError where bytes are left. */
  finish(): void {
    this.#coder.finish();
  }

  #costed<Value>(name: string, read: () => Value): Value {
    const costs = this.#costs;
    const coder = this.#coder;
    if (costs === undefined || !(coder instanceof CostedDecoder)) return read();
    const before = coder.bits;
    const value = read();
    costs.set(name, (costs.get(name) ?? 0) + coder.bits - before);
    return value;
  }
}
