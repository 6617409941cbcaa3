import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import { mean } from './measure.js';

export const AVERAGED = [1, 4, 16, 64, 256] as const;

/** Squared error of the mean of n encodings of one vector, for each n of AVERAGED. */
export function errorsOfMeans(
  codec: EmbeddingCodec,
  vectors: readonly Float32Array[],
  mode: 'download' | 'upload',
  step: number,
): readonly number[] {
  const random = createRandom('averages', mode);
  const errors = AVERAGED.map((): number[] => []);
  for (const vector of vectors) {
    const sum = new Float64Array(vector.length);
    for (let n = 1; n <= Math.max(...AVERAGED); n += 1) {
      const { bytes } = codec.encode([vector], { mode, random, rate: { step } });
      const [decoded] = codec.decode(bytes, { count: 1, unbiased: true });
      decoded?.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
      const place = AVERAGED.findIndex((count) => count === n);
      errors[place]?.push(
        sum.reduce((total, value, i) => total + (value / n - (vector[i] ?? 0)) ** 2, 0),
      );
    }
  }
  return errors.map(mean);
}
