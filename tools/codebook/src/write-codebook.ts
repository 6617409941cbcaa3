import type { SymbolTable, VectorSpace } from '@omega-tv/embedding-codec';
import { codebookLayout, type TrellisCode } from '@omega-tv/embedding-codec/training';
import { normalTable } from './normal-table.js';
import { MAX_SYMBOL, SIGMA_CLASSES } from './train-tables.js';

const { CENTROIDS_PER_STEP, CODEBOOK_MAGIC, CODEBOOK_VERSION, GAIN_ONE } = codebookLayout;
const NIBBLE_LIMIT = 7;

/** What goes into a codebook file, rounded to its integers already. */
export interface CodebookContent {
  readonly space: VectorSpace;
  readonly trellis: TrellisCode;
  readonly ditherGain: number;
  readonly basis: RoundedBasis;
  readonly variances: Float64Array;
  /** Class means along the rounded axes. */
  readonly classMeans: readonly Float64Array[];
  readonly classFrequencies: Uint16Array;
  readonly tables: readonly (readonly SymbolTable[])[];
}

/** Axes in 8 bits, with a scale each. */
export interface RoundedBasis {
  readonly scales: Float32Array;
  readonly values: Int8Array;
}

/** Rounds axes to 8 bits. */
export function roundBasis(axes: Float64Array, dimension: number): RoundedBasis {
  const scales = Float32Array.from({ length: dimension }, (_, axis) => {
    const row = axes.subarray(axis * dimension, (axis + 1) * dimension);
    return row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127;
  });
  const values = Int8Array.from(axes, (value, i) =>
    Math.round(value / (scales[Math.floor(i / dimension)] ?? 1)),
  );
  return { scales, values };
}

/** Writes a codebook file; the layout stands in docs/CODEC.md. */
export function writeCodebook(content: CodebookContent): Uint8Array {
  const { space, trellis, basis, classMeans, tables } = content;
  const bytes: number[] = [];
  const u16 = (value: number): void => {
    bytes.push(value & 255, (value >> 8) & 255);
  };
  const u32 = (value: number): void => {
    u16(value & 0xffff);
    u16(value >>> 16);
  };
  const f32s = (values: ArrayLike<number>): void => {
    new Uint32Array(Float32Array.from(values).buffer).forEach(u32);
  };
  const text = (value: string): void => {
    bytes.push(value.length, ...Array.from(value, (letter) => letter.charCodeAt(0)));
  };

  bytes.push(...Array.from(CODEBOOK_MAGIC, (letter) => letter.charCodeAt(0)), CODEBOOK_VERSION);
  for (const name of [space.model, space.revision, space.dtype, space.recipe]) text(name);
  u16(space.dimension);
  u16(classMeans.length);
  bytes.push(31 - Math.clz32(trellis.states));
  u16(trellis.h0);
  u16(trellis.h1);
  u16(Math.round(content.ditherGain * GAIN_ONE));
  bytes.push(SIGMA_CLASSES, MAX_SYMBOL);
  f32s(basis.scales);
  for (const value of basis.values) bytes.push(value & 255);
  f32s(content.variances);
  const means = roundMeans(classMeans, space.dimension);
  f32s(means.scales);
  for (const byte of means.packed) bytes.push(byte);
  content.classFrequencies.forEach(u16);
  for (const { frequencies, centroids } of tables.flat()) {
    frequencies.forEach(u16);
    for (const centroid of centroids) u16(Math.round(centroid * CENTROIDS_PER_STEP) & 0xffff);
  }
  normalTable().forEach(u32);
  return Uint8Array.from(bytes);
}

/** Means in 4 bits, two a byte, with a scale for each axis. */
function roundMeans(
  means: readonly Float64Array[],
  dimension: number,
): { scales: Float32Array; packed: Uint8Array } {
  const scales = Float32Array.from(
    { length: dimension },
    (_, axis) =>
      means.reduce((largest, mean) => Math.max(largest, Math.abs(mean[axis] ?? 0)), 0) /
      NIBBLE_LIMIT,
  );
  const packed = new Uint8Array(Math.ceil((means.length * dimension) / 2));
  means.forEach((mean, index) => {
    mean.forEach((value, axis) => {
      const scale = scales[axis] ?? 0;
      const nibble = 8 + (scale === 0 ? 0 : Math.round(value / scale));
      const place = index * dimension + axis;
      packed[place >> 1] = (packed[place >> 1] ?? 0) | (nibble << (place & 1 ? 4 : 0));
    });
  });
  return { scales, packed };
}
