import { checkCounts, checkEncodeOptions } from './check-options.js';
import type { Codebook } from './codebook.js';
import { CodecContext } from './codec-context.js';
import { cosineSimilarity } from './cosine.js';
import { CodecError, isCodecError } from './errors.js';
import { decodeMessage, type DecodeOptions } from './message-decoder.js';
import { encodeMessage, type CodedMessage } from './message-encoder.js';
import type { CodecMode } from './message-format.js';
import { prepareVector, type PreparedVector } from './prepare-vector.js';
import { finestThatFits, coarsestThatServes, unbiasedFit } from './rate-control.js';
import { indexOfStep, stepOfIndex } from './step-grid.js';

/** How fine a message is: by its size, by its step or by what it must keep. */
export type CodecRate =
  | {
      /** Bytes of the whole message, never exceeded. */
      readonly budgetBytes: number;
      /** A step that nearly fits, where one is known: the search begins there. */
      readonly near?: number;
    }
  | {
      /** Of the quantiser, on the scale of unit vectors: .0247 gives about 64 B. */ readonly step: number;
    }
  | { /** Cosine that every vector keeps at least. */ readonly minCosine: number };

/** How a message is coded. */
export type EncodeOptions = {
  readonly rate: CodecRate;
  /** Vectors that the decoder has, in the same order: at most 32,768. */
  readonly references?: readonly ArrayLike<number>[];
  /** Hears the size that the whole message has at each step tried: the search can take a while. */
  readonly onTry?: (bytes: number, step: number) => void;
} & (
  | { readonly mode: 'download' }
  | {
      readonly mode: 'upload';
      /** Uniform in [0, 1), fresh for each message: messages that share a seed share their error. */
      readonly random: { next(): number };
    }
);

/** A coded message, and how good it is. */
export interface EncodedVectors {
  readonly bytes: Uint8Array;
  readonly mode: CodecMode;
  readonly step: number;
  /** What a decoder makes of it, bit for bit. */
  readonly decoded: readonly Float32Array[];
  /** Cosine of each decoded vector to the vector given; 1 for zero vectors. */
  readonly cosines: readonly number[];
}

/** Codes vectors of one space. */
export interface EmbeddingCodec {
  readonly codebook: Codebook;
  /**
   * Codes vectors, in order, in one message.
   * @throws CodecError `invalid-vector`, `invalid-option`, `budget-too-small`.
   */
  encode(vectors: readonly ArrayLike<number>[], options: EncodeOptions): EncodedVectors;
  /** Decodes a message. @throws CodecError `invalid-message`, `invalid-option`. */
  decode(bytes: Uint8Array, options: DecodeOptions): Float32Array[];
}

const SEEDS = 0x100000000;
/** Of a message of many vectors, about so many find the step to start from. */
const PILOT_VECTORS = 32;
/** Of about 64 bytes a vector. */
const TYPICAL_STEP_INDEX = 1367;
/** References beyond are no embeddings, and their squares would overflow. */
const MAX_COORDINATE = 16;

/**
 * Makes a codec of a codebook.
 * @throws CodecError `invalid-codebook` for what `parseCodebook` did not make.
 * @example
 * ```ts
 * import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
 * import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
 *
 * const codec = createEmbeddingCodec(readMiniLmCodebook());
 * const embedding = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i) / 14); // yours: MiniLM
 * const rate = { budgetBytes: 64 };
 * const { bytes, decoded } = codec.encode([embedding], { mode: 'download', rate });
 * console.log(bytes.length <= 64); // => true
 * const [same] = codec.decode(bytes, { count: 1 });
 * console.log(same.every((value, i) => value === decoded[0][i])); // => true
 * ```
 */
export function createEmbeddingCodec(codebook: Codebook): EmbeddingCodec {
  if (!isCodebook(codebook)) {
    const message = 'This is no codebook; parseCodebook() makes one of the bytes of its file.';
    throw new CodecError('invalid-codebook', message);
  }
  const context = new CodecContext(codebook);
  return {
    codebook,
    encode: (vectors, options) => encode(context, vectors, options),
    decode(bytes, options) {
      checkCounts('count', options.count, options.references);
      checkReferences(context, options.references);
      return decodeMessage(context, bytes, options);
    },
  };
}

/** Callers without types may pass the file's bytes. */
function isCodebook(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'basis' in value && 'tables' in value;
}

function encode(
  context: CodecContext,
  vectors: readonly ArrayLike<number>[],
  options: EncodeOptions,
): EncodedVectors {
  checkEncodeOptions(options);
  const { mode, references = [] } = options;
  checkCounts('vectors', vectors.length, references);
  checkReferences(context, references);
  const prepared = vectors.map((vector) => prepareVector(context, vector, references, mode));
  const drawSeed = (): number =>
    options.mode === 'upload' ? Math.floor(options.random.next() * SEEDS) >>> 0 : 0;
  const seed = drawSeed();
  const encoderOf =
    (some: readonly PreparedVector[], someSeed = seed) =>
    (stepIndex: number): CodedMessage => {
      const header = { mode, stepIndex, seed: someSeed };
      const coded = encodeMessage(context, some, references, header);
      if (some === prepared) options.onTry?.(coded.bytes.length, stepOfIndex(stepIndex));
      return coded;
    };
  const cosines = ({ decoded }: CodedMessage): readonly number[] =>
    decoded.map((vector, i) => fidelityTo(vectors[i] ?? [], vector));

  const { rate } = options;
  const [stepIndex, message] =
    mode === 'upload' && 'budgetBytes' in rate
      ? unbiasedFit(rate.budgetBytes, encoderOf(prepared), atDrawnSeed(), prepared.length)
      : atRate(rate, prepared, encoderOf, (coded) =>
          cosines(coded).reduce((least, cosine) => Math.min(least, cosine), 1),
        );
  const { bytes, decoded } = message;
  return { bytes, mode, step: stepOfIndex(stepIndex), decoded, cosines: cosines(message) };

  /** The step that serves another draw of the dither; 0 where none does. */
  function atDrawnSeed(): number {
    const pilotSeed = drawSeed();
    try {
      return atRate(
        rate,
        prepared,
        (some) => encoderOf(some, pilotSeed),
        () => 1,
      )[0];
    } catch (error) {
      if (isCodecError(error, 'budget-too-small')) return 0;
      throw error;
    }
  }
}

function atRate(
  rate: CodecRate,
  vectors: readonly PreparedVector[],
  encoderOf: (some: readonly PreparedVector[]) => (stepIndex: number) => CodedMessage,
  minCosine: (message: CodedMessage) => number,
): readonly [stepIndex: number, message: CodedMessage] {
  const encodeAt = encoderOf(vectors);
  if ('step' in rate) {
    const index = indexOfStep(rate.step);
    return [index, encodeAt(index)];
  }
  if ('minCosine' in rate) {
    return coarsestThatServes(encodeAt, (coded) => minCosine(coded) >= rate.minCosine);
  }
  const guess = rate.near === undefined ? guessStep(rate.budgetBytes) : indexOfStep(rate.near);
  return finestThatFits(encodeAt, rate.budgetBytes, guess);

  /** The step that serves a few of many vectors will nearly serve all. */
  function guessStep(budgetBytes: number): number {
    if (vectors.length < 2 * PILOT_VECTORS) return TYPICAL_STEP_INDEX;
    const stride = Math.floor(vectors.length / PILOT_VECTORS);
    const pilot = vectors.filter((_, i) => i % stride === 0);
    const share = Math.floor((budgetBytes * pilot.length) / vectors.length);
    try {
      return finestThatFits(encoderOf(pilot), share, TYPICAL_STEP_INDEX)[0];
    } catch (error) {
      if (isCodecError(error, 'budget-too-small')) return 0;
      throw error;
    }
  }
}

function checkReferences(
  { dimension }: CodecContext,
  references: readonly ArrayLike<number>[] = [],
): void {
  for (const reference of references) {
    if (reference.length !== dimension || !isWithinRange(reference, dimension)) {
      throw new CodecError(
        'invalid-vector',
        `A reference must have ${dimension} coordinates from -${MAX_COORDINATE} to ${MAX_COORDINATE}.`,
      );
    }
  }
}

/** A loop, for a decoder checks many references, and a callback for each coordinate costs time. */
function isWithinRange(reference: ArrayLike<number>, dimension: number): boolean {
  for (let i = 0; i < dimension; i += 1) {
    if (!(Math.abs(reference[i] ?? 0) <= MAX_COORDINATE)) return false;
  }
  return true;
}

/** A vector without a direction has none to lose. */
function fidelityTo(exact: ArrayLike<number>, decoded: ArrayLike<number>): number {
  const hasDirection = Array.from(exact).some((value) => value !== 0);
  return hasDirection ? cosineSimilarity(exact, decoded) : 1;
}
