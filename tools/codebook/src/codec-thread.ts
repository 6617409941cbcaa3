import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { answerFromThread, checkInput, plural, resolveFromCaller } from '@omega-tv/command-line';
import {
  createEmbeddingCodec,
  parseCodebook,
  type EmbeddingCodec,
} from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { readVectors } from './vector-file.js';
import { decodeStream, encodeStream } from './vector-stream.js';

interface Source {
  readonly in: string;
  readonly codebook?: string;
}

export interface EncodeOrder extends Source {
  readonly mode: 'download' | 'upload';
  readonly budget: number;
}

export interface DecodeOrder extends Source {
  readonly unbiased?: true;
}

export type CodecOrder =
  ({ readonly command: 'encode' } & EncodeOrder) | ({ readonly command: 'decode' } & DecodeOrder);

export interface CodedVectors {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly meanCosine: number;
}

const random = { next: () => randomBytes(4).readUInt32LE() / 0x100000000 };

await answerFromThread((order: CodecOrder, onStage) =>
  order.command === 'encode' ? encode(order, onStage) : decode(order),
);

async function encode(order: EncodeOrder, onStage: (stage: string) => void): Promise<CodedVectors> {
  const codec = await openCodec(order);
  const { dimension } = codec.codebook.space;
  const vectors = await readVectors(order.in, dimension);
  const count = vectors.length;
  onStage(`${plural(count, 'vector')} of ${plural(dimension, 'coordinate')}`);
  const { bytes, cosines } = encodeStream(codec, vectors, {
    mode: order.mode,
    random,
    budgetBytesPerVector: order.budget,
    onTry: (size, step) => {
      onStage(`step ${step.toFixed(5)}: ${(size / count).toFixed(2)} bytes a vector`);
    },
  });
  return { bytes, count, meanCosine: cosines.reduce((sum, cosine) => sum + cosine, 0) / count };
}

async function decode(order: DecodeOrder): Promise<readonly Float32Array[]> {
  const codec = await openCodec(order);
  return decodeStream(codec, await readInput(order.in), order.unbiased ?? false);
}

async function openCodec({ codebook }: Source): Promise<EmbeddingCodec> {
  if (codebook === undefined) return createEmbeddingCodec(readMiniLmCodebook());
  return createEmbeddingCodec(parseCodebook(await readInput(codebook)));
}

async function readInput(name: string): Promise<Uint8Array> {
  const file = resolveFromCaller(name);
  await checkInput(file);
  return readFile(file);
}
