import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import type { Method } from './method.js';

/** This project's codec: `perMessage` vectors share a message and a budget. */
export function budgetMethod(
  codec: EmbeddingCodec,
  mode: 'download' | 'upload',
  bytesPerVector: number,
  perMessage: number,
): Method {
  const random = createRandom('bench', mode, bytesPerVector);
  const batch = perMessage === Infinity ? 'all in one message' : `${perMessage} a message`;
  return {
    name: `omega-tv ${mode}, ${bytesPerVector} B, ${batch}`,
    encode: (vectors) =>
      chunks(vectors, perMessage).map((chunk) => {
        const rate = { budgetBytes: bytesPerVector * chunk.length };
        return codec.encode(chunk, { mode, random, rate }).bytes;
      }),
    decode: (messages, count) =>
      messages.flatMap((bytes, i) =>
        codec.decode(bytes, { count: Math.min(perMessage, count - (i && i * perMessage)) }),
      ),
  };
}

/** The same at a fixed step: what a search for the budget costs nothing of. */
export function fixedStepMethod(
  codec: EmbeddingCodec,
  mode: 'download' | 'upload',
  step: number,
): Method {
  const random = createRandom('bench', mode, step);
  return {
    name: `omega-tv ${mode}, fixed step ${step}`,
    encode: (vectors) =>
      vectors.map((vector) => codec.encode([vector], { mode, random, rate: { step } }).bytes),
    decode: (messages) => messages.flatMap((bytes) => codec.decode(bytes, { count: 1 })),
  };
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  if (size >= items.length) return [items];
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
