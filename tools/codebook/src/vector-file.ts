import { readFile, writeFile } from 'node:fs/promises';
import { decodeFloat16 } from '@omega-tv/catalogue';
import { resolveFromCaller } from '@omega-tv/command-line';

/**
 * Reads rows of little-endian floats: 16 bits where the name ends in .f16, else 32.
 * @throws RangeError where the file does not hold whole rows.
 */
export async function readVectors(file: string, dimension: number): Promise<Float32Array[]> {
  const bytes = await readFile(resolveFromCaller(file));
  const size = file.endsWith('.f16') ? 2 : 4;
  const rowBytes = size * dimension;
  if (bytes.length % rowBytes !== 0) {
    throw new RangeError(`${file} has ${bytes.length} bytes: no multiple of rows of ${rowBytes}.`);
  }
  const values = size === 2 ? decodeFloat16(bytes) : decodeFloat32(bytes);
  return Array.from({ length: bytes.length / rowBytes }, (_, row) =>
    values.subarray(row * dimension, (row + 1) * dimension),
  );
}

function decodeFloat32(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** Writes rows of little-endian 32-bit floats. */
export async function writeVectors(file: string, rows: readonly Float32Array[]): Promise<void> {
  const length = rows.reduce((sum, row) => sum + row.length, 0);
  const view = new DataView(new ArrayBuffer(4 * length));
  let offset = 0;
  for (const row of rows) {
    for (const value of row) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  await writeFile(resolveFromCaller(file), new Uint8Array(view.buffer));
}
