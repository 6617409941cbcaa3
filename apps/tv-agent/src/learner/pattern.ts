import type { PatternData } from '@omega-tv/types';
import { dot } from '@omega-tv/catalogue/web';

/** A pattern as its TV keeps it: what is pushed, and two numbers to go on learning from. */
export interface LearnedPattern extends PatternData {
  /** Samples that were watched to the end. */
  readonly completedCount: number;
  /**
   * Length of the sum of the completed titles' embeddings: with the unit embedding it gives that
   * sum back, so the mean goes on from a record of one vector. 0 before the first completion.
   */
  readonly sumLength: number;
  /** Whose it is, where profiles are told apart. */
  readonly profile?: string;
}

/** One viewing, as the learner needs it. */
export interface Sample {
  /** Unit length. */
  readonly embedding: Float32Array;
  readonly genre: string;
  readonly completed: boolean;
}

/** A pattern of one sample; one that was not completed lends its place until a completed one comes. */
export function startPattern(id: string, sample: Sample): LearnedPattern {
  const { genre, completed } = sample;
  const embedding = sample.embedding.slice();
  const count = completed ? 1 : 0;
  return {
    id,
    genre,
    embedding,
    sampleCount: 1,
    completedCount: count,
    successRate: count,
    sumLength: count,
  };
}

/** The pattern with one more sample; its embedding is the direction of the completed ones' mean. */
export function addSample(pattern: LearnedPattern, sample: Sample): LearnedPattern {
  const completedCount = pattern.completedCount + (sample.completed ? 1 : 0);
  const sampleCount = pattern.sampleCount + 1;
  const counted = { ...pattern, sampleCount, successRate: completedCount / sampleCount };
  if (!sample.completed) return counted;
  const sum = pattern.embedding.map(
    (value, i) => value * pattern.sumLength + (sample.embedding[i] ?? 0),
  );
  const sumLength = Math.sqrt(dot(sum, sum));
  const embedding = sum.map((value) => value / sumLength);
  return { ...counted, completedCount, embedding, sumLength };
}
