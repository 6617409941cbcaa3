import { CodecError } from './errors.js';

/** Reads little-endian numbers and checks every length against what is there. */
export class ByteReader {
  private position = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.position;
  }

  u8(): number {
    return this.view.getUint8(this.advance(1));
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  /** Length in one byte, then printable ASCII. */
  text(): string {
    const bytes = this.raw(this.u8());
    if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) {
      throw new CodecError('invalid-codebook', 'A name in the codebook is not printable ASCII.');
    }
    return String.fromCharCode(...bytes);
  }

  raw(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  u16s(count: number): Uint16Array {
    const start = this.advance(2 * count);
    return Uint16Array.from({ length: count }, (_, i) => this.view.getUint16(start + 2 * i, true));
  }

  i16s(count: number): Int16Array {
    const start = this.advance(2 * count);
    return Int16Array.from({ length: count }, (_, i) => this.view.getInt16(start + 2 * i, true));
  }

  u32s(count: number): Uint32Array {
    const start = this.advance(4 * count);
    return Uint32Array.from({ length: count }, (_, i) => this.view.getUint32(start + 4 * i, true));
  }

  /** Finite floats that are at least `min`. */
  f32s(count: number, min: number): Float32Array {
    const start = this.advance(4 * count);
    const values = Float32Array.from({ length: count }, (_, i) =>
      this.view.getFloat32(start + 4 * i, true),
    );
    if (!values.every((value) => value >= min && value < 1e6)) {
      throw new CodecError('invalid-codebook', 'A scale or variance of the codebook is no number.');
    }
    return values;
  }

  private advance(length: number): number {
    const start = this.position;
    if (length > this.left) {
      throw new CodecError(
        'invalid-codebook',
        `The codebook ends too early: ${length} bytes expected at ${start}, ${this.left} left.`,
      );
    }
    this.position += length;
    return start;
  }
}
