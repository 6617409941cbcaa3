import { cosineSimilarity } from '@omega-tv/embedding-codec';
import type { PatternData, PushedPattern } from '@omega-tv/types';

/** What a pattern costs beside its embedding, and what an embedding far from all known ones does. Bytes. */
const METADATA_BYTES = 8;
const EMBEDDING_BYTES = 70;
/** Even what is known already says that it holds for one more TV. */
const LEAST_NEWS = 0.05;

/**
 * Orders patterns by what they teach per byte: new successes, times how far they are from what the
 * server has published, over the bytes that they are likely to take.
 */
export function orderByTeaching(
  patterns: readonly PushedPattern[],
  published: readonly PatternData[],
): readonly PushedPattern[] {
  const worth = new Map(patterns.map((pattern) => [pattern, worthPerByte(pattern, published)]));
  return [...patterns].sort((a, b) => (worth.get(b) ?? 0) - (worth.get(a) ?? 0));
}

function worthPerByte(pattern: PushedPattern, published: readonly PatternData[]): number {
  const { embedding, newSamples, sampleCount, successRate } = pattern;
  const nearest = published.reduce(
    (most, other) => Math.max(most, cosineSimilarity(embedding, other.embedding)),
    0,
  );
  const news = 1 - nearest * nearest;
  const bytes = METADATA_BYTES + EMBEDDING_BYTES * Math.sqrt(news);
  return ((newSamples ?? sampleCount) * successRate * (LEAST_NEWS + news)) / bytes;
}
