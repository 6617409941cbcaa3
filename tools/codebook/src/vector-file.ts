import { readFile } from 'node:fs/promises';
import { decodeFloat16 } from '@omega-tv/catalogue';
import {
  checkInput,
  CommandError,
  resolveFromCaller,
  writeFileAtomically,
} from '@omega-tv/command-line';

/**
 * Reads rows of little-endian floats: 16 bits where the name ends in .f16, else 32.
 * @throws CommandError where the file holds no rows, parts of one, or anything but finite numbers.
 */
export async function readVectors(file: string, dimension: number): Promise<Float32Array[]> {
  const source = resolveFromCaller(file);
  await checkInput(source);
  const bytes = await readFile(source);
  const size = file.endsWith('.f16') ? 2 : 4;
  const rowBytes = size * dimension;
  if (bytes.length === 0) throw new CommandError(`${file} is empty; give a file of rows of floats`);
  if (bytes.length % rowBytes !== 0) {
    throw new CommandError(
      `${file} has ${bytes.length} bytes; rows of ${dimension} floats of ${8 * size} bits take ` +
        `multiples of ${rowBytes}; check the dimension`,
    );
  }
  const values = size === 2 ? decodeFloat16(bytes) : decodeFloat32(bytes);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new CommandError(
      `${file}: row ${Math.floor(wrong / dimension)} holds NaN or infinity at coordinate ` +
        `${wrong % dimension} (both from 0); vectors are finite numbers`,
    );
  }
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
  await writeFileAtomically(resolveFromCaller(file), rowsToBytes(rows));
}

/** Row by row: all at once would take as much memory again. */
function* rowsToBytes(rows: readonly Float32Array[]): Generator<Uint8Array> {
  for (const row of rows) {
    const view = new DataView(new ArrayBuffer(4 * row.length));
    row.forEach((value, i) => {
      view.setFloat32(4 * i, value, true);
    });
    yield new Uint8Array(view.buffer);
  }
}
