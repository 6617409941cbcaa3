import { checkCount, checkCounts, checkEncodeOptions, checkRate } from './check-options.js';
import type { Codebook } from './codebook.js';
import { CodecContext } from './codec-context.js';
import { encodeDownload, encodeUpload } from './encode-vectors.js';
import { CodecError } from './errors.js';
import { decodeMessage, type DecodeOptions } from './message-decoder.js';
import type { CodecMode } from './message-format.js';
import { PreparedVectors } from './prepared-vectors.js';

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

/** Vectors that are coded several times: what the codings share is worked out once. */
export interface VectorEncoder {
  /**
   * Codes the first `count` vectors, in order, in one message of download mode.
   * @param count default: all of them.
   * @throws CodecError `invalid-vector`, `invalid-option`, `budget-too-small`.
   */
  encode(rate: CodecRate, count?: number): EncodedVectors;
}

/** Codes vectors of one space. */
export interface EmbeddingCodec {
  readonly codebook: Codebook;
  /**
   * Codes vectors, in order, in one message.
   * @throws CodecError `invalid-vector`, `invalid-option`, `budget-too-small`.
   */
  encode(vectors: readonly ArrayLike<number>[], options: EncodeOptions): EncodedVectors;
  /**
   * An encoder of vectors that are to be coded at several rates, or in several numbers. Neither they nor
   * the references may change meanwhile.
   * @throws CodecError `invalid-vector` for references, `invalid-option`.
   */
  prepare(
    vectors: readonly ArrayLike<number>[],
    references?: readonly ArrayLike<number>[],
  ): VectorEncoder;
  /** Decodes a message. @throws CodecError `invalid-message`, `invalid-option`. */
  decode(bytes: Uint8Array, options: DecodeOptions): Float32Array[];
}

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
  const prepare = (
    vectors: readonly ArrayLike<number>[],
    references: readonly ArrayLike<number>[] = [],
    mode: CodecMode,
    isReused = false,
  ): PreparedVectors => {
    checkCounts('vectors', vectors.length, references);
    checkReferences(context, references);
    return new PreparedVectors(context, vectors, references, mode, isReused);
  };
  return {
    codebook,
    encode(vectors, options) {
      checkEncodeOptions(options);
      const prepared = prepare(vectors, options.references, options.mode);
      const { rate, onTry } = options;
      return options.mode === 'upload'
        ? encodeUpload(prepared, rate, options.random, onTry)
        : encodeDownload(prepared, rate, vectors.length, onTry);
    },
    prepare(vectors, references) {
      const prepared = prepare(vectors, references, 'download', true);
      return {
        encode(rate, count = vectors.length) {
          checkRate(rate);
          checkCount(count, vectors.length);
          return encodeDownload(prepared, rate, count);
        },
      };
    },
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
