/** A number of 7 bits; those above have further bytes. */
const SEVEN_BITS = 0x80;
const FLOAT_BYTES = 8;
/** A number of 2^53 - 1 has as many. */
const MOST_NUMBER_BYTES = 8;
const FIRST_BYTES = 128;

/** Appends to a run of bytes. */
export class BytesWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  /** Whole numbers from 0 to 2^53 - 1, each in as few bytes as it needs, least first. */
  numbers(...values: readonly number[]): void {
    this.#reserve(MOST_NUMBER_BYTES * values.length);
    for (const value of values) {
      let left = value;
      for (; left >= SEVEN_BITS; left = Math.floor(left / SEVEN_BITS)) {
        this.#bytes[this.#length] = (left % SEVEN_BITS) + SEVEN_BITS;
        this.#length += 1;
      }
      this.#bytes[this.#length] = left;
      this.#length += 1;
    }
  }

  /** A number of any kind, in 8 bytes. */
  float(value: number): void {
    this.#reserve(FLOAT_BYTES);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** Printable ASCII, its length first. */
  text(text: string): void {
    this.numbers(text.length);
    this.#reserve(text.length);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written; to be asked once. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Reads what a BytesWriter wrote. @throws RangeError where bytes are missing. */
export class BytesReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  number(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.byte();
      value += (byte % SEVEN_BITS) * scale;
      if (byte < SEVEN_BITS) return value;
      scale *= SEVEN_BITS;
    }
  }

  float(): number {
    return this.take(FLOAT_BYTES).readDoubleLE();
  }

  text(): string {
    return this.take(this.number()).toString('latin1');
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('a record is cut off');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }
}
