import { malformed, unwritable } from './malformed.js';

const encoder = new TextEncoder();
/** Small: engines keep so little beside the object, and most sections are shorter. */
const FIRST_BYTES = 64;
/** What floats are taken apart in. */
const float = new DataView(new ArrayBuffer(8));

/** Writes whole bytes: varints (LEB128), fixed big-endian numbers, raw runs. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    const at = this.#extend(1);
    this.#bytes[at] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, the lowest first. */
  varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw unwritable('number', `must be a whole number from 0 to 2^53 - 1, but is ${value}`);
    }
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.u8((rest % 0x80) | 0x80);
    this.u8(rest);
  }

  u16(value: number): void {
    this.u8(value >>> 8);
    this.u8(value);
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value);
  }

  f32(value: number): void {
    float.setFloat32(0, value);
    this.u32(float.getUint32(0));
  }

  f64(value: number): void {
    float.setFloat64(0, value);
    this.u32(float.getUint32(0));
    this.u32(float.getUint32(4));
  }

  /** Lower-case hexadecimal digits, two a byte. @throws SyncError as `fromHex`. */
  hex(name: string, digits: string, bytes: number): void {
    this.raw(fromHex(name, digits, bytes));
  }

  /** UTF-8, its length first. */
  text(value: string): void {
    this.run(encoder.encode(value));
  }

  /** A run of bytes, its length first. */
  run(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    const start = this.#extend(bytes.length);
    this.#bytes.set(bytes, start);
  }

  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #extend(length: number): number {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return start;
  }
}

/** Reads whole bytes; checks each length against what is there before it takes memory. */
export class ByteReader {
  #position = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.#position;
  }

  get left(): number {
    return this.bytes.length - this.#position;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  varint(): number {
    let [value, factor] = [0, 1];
    for (let length = 1; ; length += 1) {
      const byte = this.u8();
      value += (byte % 0x80) * factor;
      if (byte < 0x80) {
        if (value <= Number.MAX_SAFE_INTEGER && (byte > 0 || length === 1)) return value;
        throw malformed(`byte ${this.#position}: a number that no encoder writes`);
      }
      if (length === 8) throw malformed(`byte ${this.#position}: a number above 2^53`);
      factor *= 0x80;
    }
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  f32(): number {
    return this.#view.getFloat32(this.#advance(4));
  }

  hex(bytes: number): string {
    return toHex(this.raw(bytes));
  }

  run(): Uint8Array {
    return this.raw(this.varint());
  }

  /** Shares the memory. */
  raw(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** @throws SyncError `compression` where bytes are left. */
  finish(what: string): void {
    if (this.left > 0) throw malformed(`${what}: ${this.left} bytes behind its end`);
  }

  #advance(length: number): number {
    const start = this.#position;
    if (length > this.left) throw malformed(`byte ${start}: the end, where ${length} more belong`);
    this.#position += length;
    return start;
  }
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function toHex(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += HEX_OF_BYTE[byte] ?? '';
  return digits;
}

/** @throws SyncError `serialization` for anything but two lower-case digits a byte. */
export function fromHex(name: string, digits: string, bytes: number): Uint8Array {
  if (digits.length !== 2 * bytes || !/^[0-9a-f]*$/.test(digits)) {
    throw unwritable(name, `must be ${2 * bytes} hexadecimal digits, but is "${digits}"`);
  }
  const read = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i += 1) read[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return read;
}
