import {
  CodecError,
  type EmbeddingCodec,
  type EncodedVectors,
  type EncodeOptions,
} from '@omega-tv/embedding-codec';

/** Enough of the codebook's id to notice a wrong one. */
const ID_BYTES = 4;

/** How a stream of vectors is coded: `encode`'s options, with the budget as a mean. */
export type StreamOptions = {
  /** Mean, of the whole file. */
  readonly budgetBytesPerVector: number;
} & Pick<EncodeOptions, 'onTry'> &
  (
    | Pick<Extract<EncodeOptions, { mode: 'download' }>, 'mode'>
    | Pick<Extract<EncodeOptions, { mode: 'upload' }>, 'mode' | 'random'>
  );

/** A file that a decoder with the codebook needs nothing else for: id, count (LEB128), message. */
export function encodeStream(
  codec: EmbeddingCodec,
  vectors: readonly Float32Array[],
  { budgetBytesPerVector, ...options }: StreamOptions,
): Pick<EncodedVectors, 'bytes' | 'cosines'> {
  const head = [...idBytes(codec), ...countToBytes(vectors.length)];
  const budgetBytes = Math.floor(budgetBytesPerVector * vectors.length) - head.length;
  const { bytes, cosines } = codec.encode(vectors, { ...options, rate: { budgetBytes } });
  const file = new Uint8Array(head.length + bytes.length);
  file.set(head);
  file.set(bytes, head.length);
  return { bytes: file, cosines };
}

/**
 * Reads what encodeStream wrote.
 * @throws CodecError `unknown-codebook` or `invalid-message`.
 */
export function decodeStream(
  codec: EmbeddingCodec,
  bytes: Uint8Array,
  unbiased: boolean,
): Float32Array[] {
  if (!idBytes(codec).every((byte, i) => bytes[i] === byte)) {
    throw new CodecError(
      'unknown-codebook',
      `The file was not coded with the codebook ${codec.codebook.id}.`,
    );
  }
  const [count, start] = readCount(bytes, ID_BYTES);
  return codec.decode(bytes.subarray(start), { count, unbiased });
}

function idBytes({ codebook }: EmbeddingCodec): readonly number[] {
  return Array.from({ length: ID_BYTES }, (_, i) =>
    Number.parseInt(codebook.id.slice(2 * i, 2 * i + 2), 16),
  );
}

function countToBytes(count: number): readonly number[] {
  return count < 128 ? [count] : [(count & 127) | 128, ...countToBytes(count >>> 7)];
}

function readCount(bytes: Uint8Array, start: number): readonly [count: number, end: number] {
  let count = 0;
  for (let i = 0; i < 4; i += 1) {
    const byte = bytes[start + i] ?? 0;
    count |= (byte & 127) << (7 * i);
    if (byte < 128) return [count, start + i + 1];
  }
  throw new CodecError('invalid-message', 'The number of vectors is too large.');
}
