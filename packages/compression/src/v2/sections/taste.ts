import { SKETCH_DIMENSION, type Taste } from '@omega-tv/types';
import { ByteReader, ByteWriter } from '../bytes.js';
import { malformed, unwritable } from '../malformed.js';

const Kind = { vector: 0, sketch: 1 } as const;

/**
 * Writes a taste: a sketch as 32-bit floats; a vector stands behind those of the patterns.
 * @throws SyncError `serialization` for a sketch of another dimension, or with a NaN or infinity.
 */
export function writeTaste(taste: Taste): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(Kind[taste.kind]);
  if (taste.kind === 'sketch') {
    const { coordinates } = taste;
    if (coordinates.length !== SKETCH_DIMENSION || !coordinates.every(Number.isFinite)) {
      throw unwritable('taste.coordinates', `must be ${SKETCH_DIMENSION} finite numbers`);
    }
    for (const value of coordinates) writer.f32(value);
  }
  return writer.toBytes();
}

/** The sketch, or undefined where the taste is the last of the delta's embeddings. */
export function readTaste(payload: Uint8Array): Taste | undefined {
  const reader = new ByteReader(payload);
  const kind = reader.u8();
  if (kind !== Kind.vector && kind !== Kind.sketch) throw malformed(`taste: kind ${kind}`);
  const length = kind === Kind.sketch ? SKETCH_DIMENSION : 0;
  const coordinates = Float32Array.from({ length }, () => reader.f32());
  reader.finish('taste');
  if (kind === Kind.vector) return undefined;
  if (!coordinates.every(Number.isFinite)) throw malformed('taste: holds no finite number');
  return { kind: 'sketch', coordinates };
}
