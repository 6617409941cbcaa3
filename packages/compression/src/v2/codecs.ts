import { isCodecError, type EmbeddingCodec } from '@omega-tv/embedding-codec';
import { checkMethods, SyncError, type PatternData } from '@omega-tv/types';
import { malformed } from './malformed.js';

const ID_DIGITS = 8;
const ADVICE = 'createEmbeddingCodec() of @omega-tv/embedding-codec makes one';

/** The codecs that a side has, by their codebooks; it writes with the first. */
export class Codecs {
  /** @throws SyncError `invalid-config` where there is none, or one is none. */
  constructor(private readonly codecs: readonly [EmbeddingCodec, ...EmbeddingCodec[]]) {
    const given: unknown = codecs;
    if (!Array.isArray(given) || given.length === 0) {
      const message = `codecs must be an array of at least one; ${ADVICE}`;
      throw new SyncError('invalid-config', message, { field: 'codecs' });
    }
    given.forEach((codec, index) => {
      checkMethods(`codecs[${index}]`, codec, ['encode', 'prepare', 'decode'], ADVICE);
    });
  }

  get first(): EmbeddingCodec {
    return this.codecs[0];
  }

  get ids(): readonly string[] {
    return this.codecs.map(codebookIdOf);
  }

  /** @throws SyncError `protocol` where this side lacks the codebook. */
  find(codebookId: string): EmbeddingCodec {
    const codec = this.codecs.find((one) => codebookIdOf(one) === codebookId);
    if (codec !== undefined) return codec;
    const message = `frame: is coded with the codebook ${codebookId}; this side has ${this.ids.join(', ')}`;
    throw new SyncError('protocol', message, { path: 'codebook' });
  }
}

/** As frames name a codebook: the first 32 bits of its id, as hexadecimal digits. */
export function codebookIdOf({ codebook }: EmbeddingCodec): string {
  return codebook.id.slice(0, ID_DIGITS);
}

/** The codec takes no reference with coordinates beyond. */
const MAX_REFERENCE_COORDINATE = 16;

/**
 * What embeddings can be predicted from. One that is no embedding (its length far from 1) stands
 * among them as zeros, for the writer and the reader alike.
 */
export function asReferences(vectors: readonly Float32Array[]): readonly Float32Array[] {
  return vectors.map((vector) =>
    vector.every((value) => Math.abs(value) <= MAX_REFERENCE_COORDINATE)
      ? vector
      : new Float32Array(vector.length),
  );
}

/** What the embeddings of a delta can be predicted from. */
export function referencesOf(
  base: { readonly patterns: readonly Pick<PatternData, 'embedding'>[] } | undefined,
): readonly Float32Array[] {
  return asReferences(base?.patterns.map(({ embedding }) => embedding) ?? []);
}

/** Runs what codes embeddings; one that the codec refuses becomes a SyncError. */
export function coding<Result>(code: () => Result): Result {
  try {
    return code();
  } catch (error) {
    if (!isCodecError(error, 'invalid-vector')) throw error;
    const { message } = error;
    const details = { path: 'embedding', value: undefined, limit: message };
    throw new SyncError('invalid-pattern', `embedding: ${message}`, details, { cause: error });
  }
}

/** Runs what reads a frame; what the codec refuses becomes a SyncError. */
export function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (isCodecError(error)) throw malformed(error.message, error);
    throw error;
  }
}
