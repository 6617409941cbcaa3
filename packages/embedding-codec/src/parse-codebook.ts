import { ByteReader } from './byte-reader.js';
import {
  CENTROIDS_PER_STEP,
  CODEBOOK_MAGIC,
  CODEBOOK_VERSION,
  GAIN_ONE,
  NORMAL_ONE,
  NORMAL_PER_SIGMA,
  NORMAL_SIGMAS,
  type Codebook,
  type SymbolTable,
} from './codebook.js';
import { CodecError } from './errors.js';
import { PROBABILITY_ONE } from './probability.js';
import { sha256 } from './sha256.js';
import type { TrellisCode } from './trellis.js';

const MAX_DIMENSION = 4096;
const MAX_CLASSES = 4096;
const MAX_SIGMA_CLASSES = 64;
const MAX_SYMBOL = 63;

/**
 * Reads a codebook file; the layout stands in docs/CODEC.md.
 * @throws CodecError `invalid-codebook`.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parseCodebook } from '@omega-tv/embedding-codec';
 * import { miniLmCodebookUrl } from '@omega-tv/embedding-codec/web';
 *
 * const { space } = parseCodebook(await readFile(miniLmCodebookUrl)); // in a page: fetch
 * console.log(space.model, space.dimension); // => sentence-transformers/all-MiniLM-L6-v2 384
 * ```
 */
export function parseCodebook(bytes: Uint8Array): Codebook {
  require(ArrayBuffer.isView(bytes), 'it is no Uint8Array');
  const reader = new ByteReader(bytes);
  for (const letter of CODEBOOK_MAGIC) {
    require(reader.u8() === letter.charCodeAt(0), 'it does not start with OTVC');
  }
  require(reader.u8() === CODEBOOK_VERSION, 'its version is not 1');
  const [model, revision, dtype, recipe] = [
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
  ];
  const dimension = within(reader.u16(), 1, MAX_DIMENSION, 'dimension');
  const classes = within(reader.u16(), 1, MAX_CLASSES, 'class count');
  const trellis = readTrellis(reader);
  const ditherGain = within(reader.u16(), GAIN_ONE, 2 * GAIN_ONE, 'dither gain') / GAIN_ONE;
  const sigmaClasses = within(reader.u8(), 1, MAX_SIGMA_CLASSES, 'count of sigma classes');
  const maxSymbol = within(reader.u8(), 2, MAX_SYMBOL, 'largest symbol');

  const basis = readBasis(reader, dimension);
  const variances = Float64Array.from(reader.f32s(dimension, 1e-12));
  require(variances.every(
    (value, i) => i === 0 || value <= (variances[i - 1] ?? 0),
  ), 'its variances do not fall');
  const classMeans = readClassMeans(reader, classes, dimension);
  const classFrequencies = readFrequencies(reader, classes);
  const tables = [0, 1].map(() =>
    Array.from({ length: sigmaClasses }, () => readTable(reader, 2 * maxSymbol + 1)),
  );
  const normal = reader.u32s(NORMAL_PER_SIGMA * NORMAL_SIGMAS + 1);
  require(normal.every(
    (v, i) => v >= (normal[i - 1] ?? 0) && 2 * v <= NORMAL_ONE,
  ), 'its normal distribution does not rise to 1/2');
  require(reader.left === 0, `${reader.left} bytes are left over`);
  return {
    id: idOf(bytes),
    space: { model, revision, dtype, recipe, dimension },
    basis,
    variances,
    classMeans,
    classFrequencies,
    trellis,
    ditherGain,
    maxSymbol,
    tables,
    normal,
  };
}

function idOf(bytes: Uint8Array): string {
  const hash = sha256(bytes).subarray(0, 8);
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function require(condition: boolean, wrong: string): asserts condition {
  if (!condition) {
    throw new CodecError('invalid-codebook', `This is no codebook of version 1: ${wrong}.`);
  }
}

function within(value: number, min: number, max: number, name: string): number {
  require(value >= min && value <= max, `its ${name} ${value} is outside ${min} to ${max}`);
  return value;
}

function readTrellis(reader: ByteReader): TrellisCode {
  const states = 1 << within(reader.u8(), 2, 8, "logarithm of the trellis's states");
  const [h0, h1] = [reader.u16(), reader.u16()];
  // The first polynomial closes the shift register; the second leaves its ends alone.
  require(h0 >= states && h0 < 2 * states && (h0 & 1) === 1, 'its first polynomial is unusable');
  require(h1 > 0 && h1 < states && (h1 & 1) === 0, 'its second polynomial is unusable');
  return { states, h0, h1 };
}

function readBasis(reader: ByteReader, dimension: number): Float32Array {
  const scales = reader.f32s(dimension, 0);
  const bytes = reader.raw(dimension * dimension);
  return Float32Array.from(
    bytes,
    (byte, i) => ((byte << 24) >> 24) * (scales[Math.floor(i / dimension)] ?? 0),
  );
}

function readClassMeans(reader: ByteReader, classes: number, dimension: number): Float32Array {
  const scales = reader.f32s(dimension, 0);
  const packed = reader.raw(Math.ceil((classes * dimension) / 2));
  return Float32Array.from({ length: classes * dimension }, (_, i) => {
    const nibble = ((packed[i >> 1] ?? 0) >> (i & 1 ? 4 : 0)) & 15;
    return (nibble - 8) * (scales[i % dimension] ?? 0);
  });
}

function readFrequencies(reader: ByteReader, count: number): Uint16Array {
  const frequencies = reader.u16s(count);
  const sum = frequencies.reduce((total, value) => total + value, 0);
  require(sum === PROBABILITY_ONE && !frequencies.includes(0), 'some frequencies do not add up');
  return frequencies;
}

function readTable(reader: ByteReader, symbols: number): SymbolTable {
  const frequencies = readFrequencies(reader, symbols);
  const centroids = Float64Array.from(reader.i16s(symbols), (value) => value / CENTROIDS_PER_STEP);
  return { frequencies, centroids };
}
