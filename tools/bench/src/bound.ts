import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { CodecContext } from '@omega-tv/embedding-codec/training';
import { mean } from './measure.js';

const BISECTIONS = 60;

/** What Gaussian coders with the codebook's axes and classes can do at best on the vectors at hand. */
export interface GaussianBound {
  /** Variances of the vectors around their class means, along the axes. */
  readonly variances: readonly number[];
  /** Bytes that say which class a vector is of. */
  readonly classBytes: number;
}

/** Measures the bound of these vectors. */
export function boundOf(
  { codebook }: EmbeddingCodec,
  vectors: readonly Float32Array[],
): GaussianBound {
  const { transform, classes } = new CodecContext(codebook);
  const classBits: number[] = [];
  const variances = new Float64Array(codebook.space.dimension).fill(1e-9);
  for (const vector of vectors) {
    const coordinates = transform.forward(vector);
    const index = classes.nearest(coordinates);
    const means = classes.coordinates(index);
    classBits.push(classes.bits(index));
    coordinates.forEach((value, axis) => {
      const square = (value - (means[axis] ?? 0)) ** 2;
      variances[axis] = (variances[axis] ?? 0) + square / vectors.length;
    });
  }
  return { variances: Array.from(variances), classBytes: mean(classBits) / 8 };
}

/**
 * Cosine that no coder of Gaussian vectors passes at so many bytes: reverse water-filling (Cover &
 * Thomas, 10.3.3), for unit vectors and the best linear estimate.
 */
export function waterFillingCosine(
  { variances, classBytes }: GaussianBound,
  bytes: number,
): number {
  const level = bisect((level) => waterFillingBits(variances, level) > 8 * (bytes - classBytes));
  return Math.sqrt(1 - waterFillingError(variances, level));
}

/** Bytes that so good a coder would take at least. */
export function waterFillingBytes(
  { variances, classBytes }: GaussianBound,
  cosine: number,
): number {
  const wanted = 1 - cosine * cosine;
  const level = bisect((level) => waterFillingError(variances, level) <= wanted);
  return waterFillingBits(variances, level) / 8 + classBytes;
}

/**
 * Bytes that unbiased encoders take at least which know nothing of one another:
 * B >= sum 1/2 log2(1 + l_i/D_i), with the D_i that make the squared error in the fewest bits,
 * D_i = l_i/2 (sqrt(1 + 4c/l_i) - 1).
 */
export function unbiasedBytes({ variances, classBytes }: GaussianBound, error: number): number {
  const noises = (level: number): readonly number[] =>
    variances.map((l) => (2 * level) / (1 + Math.sqrt(1 + (4 * level) / l)));
  const level = bisect((level) => total(noises(level)) <= error);
  const bits = noises(level).map((noise, i) => Math.log2(1 + (variances[i] ?? 0) / noise) / 2);
  return total(bits) / 8 + classBytes;
}

/** Squared error of one encoding that such encoders leave at least at so many bytes. */
export function unbiasedError(bound: GaussianBound, bytes: number): number {
  return bisect((error) => unbiasedBytes(bound, error) > bytes);
}

function waterFillingBits(variances: readonly number[], level: number): number {
  return total(variances.map((v) => (v > level ? Math.log2(v / level) / 2 : 0)));
}

function waterFillingError(variances: readonly number[], level: number): number {
  return total(variances.map((v) => Math.min(v, level)));
}

/** The largest value up to 1 at which `low` still holds; it must fail from some value on. */
function bisect(low: (value: number) => boolean): number {
  let [from, to] = [0, 1];
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (from + to) / 2;
    if (low(middle)) from = middle;
    else to = middle;
  }
  return from === 0 ? to : from;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
