import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import { mean } from './measure.js';

export const AVERAGED = [1, 4, 16, 64, 256] as const;

/** What averages over encodings, each coded alone, come to. */
export interface Averages {
  readonly mode: 'download' | 'upload';
  /** Bytes of one encoding, header included. */
  readonly bytes: number;
  /** Squared error of the mean of n encodings, for each n of AVERAGED. */
  readonly errors: readonly number[];
}

/** Averages encodings of each vector at a fixed step. */
export function averageEncodings(
  codec: EmbeddingCodec,
  vectors: readonly Float32Array[],
  mode: 'download' | 'upload',
  step: number,
): Averages {
  const random = createRandom('averages', mode);
  const errors = AVERAGED.map((): number[] => []);
  const sizes: number[] = [];
  for (const vector of vectors) {
    const sum = new Float64Array(vector.length);
    for (let n = 1; n <= Math.max(...AVERAGED); n += 1) {
      const { bytes } = codec.encode([vector], { mode, random, rate: { step } });
      const [decoded] = codec.decode(bytes, { count: 1, unbiased: true });
      sizes.push(bytes.length);
      decoded?.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
      const place = AVERAGED.findIndex((count) => count === n);
      errors[place]?.push(squaredDistance(sum, n, vector));
    }
  }
  return { mode, bytes: mean(sizes), errors: errors.map(mean) };
}

/** How far the mean of many encodings of one vector stays from it. */
export interface Bias {
  readonly encodings: number;
  /** Length of the mean error over the root of one encoding's mean squared error. */
  readonly share: number;
  /** What chance alone leaves of that: 1 / sqrt(encodings). */
  readonly chance: number;
  /** The mean error along the vector itself, over the same; a coder that shrinks shows here. */
  readonly alongShare: number;
}

/** Encodes one vector in upload mode again and again. */
export function measureBias(
  codec: EmbeddingCodec,
  vector: Float32Array,
  encodings: number,
  step: number,
): Bias {
  const random = createRandom('bias');
  const sum = new Float64Array(vector.length);
  let single = 0;
  for (let n = 0; n < encodings; n += 1) {
    const { bytes } = codec.encode([vector], { mode: 'upload', random, rate: { step } });
    const [decoded = vector] = codec.decode(bytes, { count: 1, unbiased: true });
    decoded.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
    single += squaredDistance(decoded, 1, vector) / encodings;
  }
  const along = vector.reduce(
    (total, value, i) => total + value * ((sum[i] ?? 0) / encodings - value),
    0,
  );
  return {
    encodings,
    share: Math.sqrt(squaredDistance(sum, encodings, vector) / single),
    chance: 1 / Math.sqrt(encodings),
    alongShare: along / Math.sqrt(single),
  };
}

/** Between sum / n and a vector. */
function squaredDistance(
  sum: Float64Array | Float32Array,
  n: number,
  vector: Float32Array,
): number {
  return vector.reduce((total, value, i) => total + ((sum[i] ?? 0) / n - value) ** 2, 0);
}
