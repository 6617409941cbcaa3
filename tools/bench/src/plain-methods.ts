import { compress, decompress } from '@mongodb-js/zstd';
import { decodeFloat16 } from '@omega-tv/catalogue';
import type { Method } from './method.js';

/** JSON through zstd level 3, each vector alone; rounded to a grid where one is given. */
export function jsonMethod(grid?: number): Method {
  const rounded = (vector: Float32Array): number[] =>
    grid === undefined
      ? Array.from(vector)
      : Array.from(vector, (value) => Number((Math.round(value / grid) * grid).toFixed(4)));
  return {
    name: grid === undefined ? 'JSON + zstd, full' : `JSON + zstd, rounded to ${grid}`,
    encode: (vectors) =>
      Promise.all(vectors.map((vector) => compress(Buffer.from(JSON.stringify(rounded(vector)))))),
    decode: (messages) =>
      Promise.all(
        messages.map(async (bytes) =>
          Float32Array.from(
            JSON.parse((await decompress(Buffer.from(bytes))).toString()) as number[],
          ),
        ),
      ),
  };
}

/** IEEE half floats. */
export const float16Method: Method = {
  name: 'f16',
  encode: (vectors) =>
    vectors.map((vector) => {
      const view = new DataView(new ArrayBuffer(2 * vector.length));
      vector.forEach((value, i) => {
        view.setUint16(2 * i, toHalf(value), true);
      });
      return new Uint8Array(view.buffer);
    }),
  decode: (messages) => messages.map(decodeFloat16),
};

/** Numbers below 2, rounded to the nearest half float. */
function toHalf(value: number): number {
  const size = Math.abs(value);
  let exponent = 0;
  while (exponent > -14 && size < 2 ** exponent) exponent -= 1;
  const units = Math.round(size / 2 ** (exponent - 10));
  const half = units < 1024 ? units : ((exponent + 15) << 10) + units - 1024;
  return half | (value < 0 ? 0x8000 : 0);
}

/** Whole numbers of some bits, and the largest coordinate as a 32-bit float. */
export function integerMethod(bits: 4 | 8): Method {
  const top = 2 ** (bits - 1) - 1;
  const perByte = 8 / bits;
  return {
    name: `int${bits}`,
    encode: (vectors) =>
      vectors.map((vector) => {
        const scale = vector.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0) / top;
        const bytes = new Uint8Array(4 + vector.length / perByte);
        new DataView(bytes.buffer).setFloat32(0, scale);
        vector.forEach((value, i) => {
          const place = 4 + Math.floor(i / perByte);
          const code = (Math.round(value / scale) + top) << (bits * (i % perByte));
          bytes[place] = (bytes[place] ?? 0) | code;
        });
        return bytes;
      }),
    decode: (messages) =>
      messages.map((bytes) => {
        const scale = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0);
        return Float32Array.from({ length: (bytes.length - 4) * perByte }, (_, i) => {
          const byte = bytes[4 + Math.floor(i / perByte)] ?? 0;
          return (((byte >> (bits * (i % perByte))) & (2 ** bits - 1)) - top) * scale;
        });
      }),
  };
}
