import { isCodecError, type EmbeddingCodec } from '@omega-tv/embedding-codec';
import { SyncError } from '@omega-tv/types';
import { malformed } from './malformed.js';

const ID_DIGITS = 8;

/** The codecs that a side has, by their codebooks; it writes with the first. */
export class Codecs {
  constructor(private readonly codecs: readonly [EmbeddingCodec, ...EmbeddingCodec[]]) {}

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

/** Runs what reads a frame; what the codec refuses becomes a SyncError. */
export function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (isCodecError(error)) throw malformed(error.message, error);
    throw error;
  }
}
