import { closePairs } from '@omega-tv/catalogue';
import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import { mean } from './measure.js';

const PAIRS = 60;
const ENERGIES = [0.05, 0.06, 0.07];
const BUDGETS = { download: 29, upload: 38 } as const;

/** What a budget keeps of vectors that moved a little from a reference that the decoder has. */
export interface CloseReferenceRow {
  readonly mode: 'download' | 'upload';
  /** Squared distance to the reference. */
  readonly energy: number;
  /** Mean bytes a vector. */
  readonly bytes: number;
  readonly cosine: number;
}

/** Codes tastes that moved, with what they were before as references. */
export function measureCloseReferences(
  codec: EmbeddingCodec,
  vectors: readonly Float32Array[],
): readonly CloseReferenceRow[] {
  const random = createRandom('close references');
  return ENERGIES.flatMap((energy) => {
    const pairs = closePairs(vectors, PAIRS, energy);
    const references = pairs.map(([reference]) => reference);
    const moved = pairs.map(([, vector]) => vector);
    return (['download', 'upload'] as const).map((mode) => {
      const rate = { budgetBytes: BUDGETS[mode] * PAIRS };
      const { bytes, cosines } = codec.encode(moved, { mode, random, rate, references });
      return { mode, energy, bytes: bytes.length / PAIRS, cosine: mean(cosines) };
    });
  });
}
