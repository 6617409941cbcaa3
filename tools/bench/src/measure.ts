import { cosineSimilarity } from '@omega-tv/embedding-codec';
import type { Method } from './method.js';

/** What a method costs and keeps. */
export interface Measurement {
  readonly name: string;
  readonly bytes: number;
  readonly cosine: number;
  /** First percentile of the cosine. */
  readonly cosineP1: number;
  /** Share of the ten nearest neighbours that stay so. */
  readonly recallAt10: number;
  readonly encodeMs: number;
  readonly decodeMs: number;
}

const NEIGHBOURS = 10;
/** Enough to have the code compiled. */
const WARM_UP = 40;

/** Measures a method on vectors; the times are processor time per vector, once warm. */
export async function measure(
  method: Method,
  vectors: readonly Float32Array[],
): Promise<Measurement> {
  const few = vectors.slice(0, WARM_UP);
  await method.decode(await method.encode(few), few.length);
  const start = process.cpuUsage();
  const messages = await method.encode(vectors);
  const encoding = process.cpuUsage(start);
  const middle = process.cpuUsage();
  const decoded = await method.decode(messages, vectors.length);
  const decoding = process.cpuUsage(middle);
  const cosines = decoded.map((vector, i) => cosineSimilarity(vector, vectors[i] ?? vector));
  const size = messages.reduce((sum, bytes) => sum + bytes.length, 0);
  return {
    name: method.name,
    bytes: size / vectors.length,
    cosine: mean(cosines),
    cosineP1: [...cosines].sort((a, b) => a - b)[Math.floor(cosines.length / 100)] ?? 0,
    recallAt10: recall(vectors, decoded),
    encodeMs: (encoding.user + encoding.system) / 1000 / vectors.length,
    decodeMs: (decoding.user + decoding.system) / 1000 / vectors.length,
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function recall(vectors: readonly Float32Array[], decoded: readonly Float32Array[]): number {
  return mean(
    vectors.map((vector, self) => {
      const truth = new Set(neighbours(vector, vectors, self));
      const found = neighbours(decoded[self] ?? vector, decoded, self);
      return found.filter((i) => truth.has(i)).length / NEIGHBOURS;
    }),
  );
}

function neighbours(
  query: Float32Array,
  among: readonly Float32Array[],
  self: number,
): readonly number[] {
  const scores = among.map((vector) => cosineSimilarity(query, vector));
  return [...scores.keys()]
    .filter((i) => i !== self)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    .slice(0, NEIGHBOURS);
}
