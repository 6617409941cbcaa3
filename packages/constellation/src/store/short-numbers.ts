/** A number of 7 bits; those above have further bytes. */
const SEVEN_BITS = 0x80;
const FLOAT_BYTES = 8;
const float = new DataView(new ArrayBuffer(FLOAT_BYTES));

/** Appends whole numbers from 0 to 2^53 - 1, each in as few bytes as it needs, least first. */
export function pushNumbers(bytes: number[], ...values: readonly number[]): void {
  for (const value of values) {
    let left = value;
    for (; left >= SEVEN_BITS; left = Math.floor(left / SEVEN_BITS)) {
      bytes.push((left % SEVEN_BITS) + SEVEN_BITS);
    }
    bytes.push(left);
  }
}

/** Appends a number of any kind in 8 bytes. */
export function pushFloat(bytes: number[], value: number): void {
  float.setFloat64(0, value, true);
  for (let i = 0; i < FLOAT_BYTES; i += 1) bytes.push(float.getUint8(i));
}

/** Appends printable ASCII, its length first. */
export function pushText(bytes: number[], text: string): void {
  pushNumbers(bytes, text.length);
  for (let i = 0; i < text.length; i += 1) bytes.push(text.charCodeAt(i));
}

/** Reads what was appended. @throws RangeError where bytes are missing. */
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
