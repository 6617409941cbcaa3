import type { RandomSource } from '@omega-tv/types';
import { dot } from '@omega-tv/catalogue/web';
import { drawPatternId } from './pattern-id.js';
import { addSample, startPattern, type LearnedPattern, type Sample } from './pattern.js';

export interface LearnerConfig {
  /** Below this cosine to every pattern of its genre, a title starts a new one. */
  readonly spawnCosine: number;
  readonly patternsPerGenre: number;
  /** On the whole TV. A server keeps marks for 128 ids a device; the rest is for a lost store. */
  readonly maxPatterns: number;
}

/**
 * Measured on 60 simulated viewers that choose for themselves (40 evenings, about 100 viewings):
 *
 * | spawnCosine | patterns | worth sharing | first one after | cosine to own centre |
 * |---|---|---|---|---|
 * | none: genre alone | 19.5 | 1.88 | 48 viewings | .69 |
 * | 0.20 | 22.2 | 1.90 | 48 | .70 |
 * | 0.25 | 25.7 | 1.85 | 50 | .71 |
 * | 0.30 | 32.4 | 1.75 | 53 | .73 |
 * | 0.40 (8 a genre) | 57.5 | 1.05 | 73 | .82 |
 *
 * So the genre does nearly all the work; 0.2 splits one only where a title has nothing in common
 * with what was seen of it. Patterns of one genre from two viewers of one persona then lie at .93
 * (tenth percentile .88), near enough for a server to join them.
 */
export const LEARNER_DEFAULTS: LearnerConfig = {
  spawnCosine: 0.2,
  patternsPerGenre: 4,
  maxPatterns: 96,
};

export interface Learned {
  /** The one pattern that changed, or began: all that has to be written. */
  readonly pattern: LearnedPattern;
  readonly isNew: boolean;
}

/**
 * Learns one viewing: it becomes one sample of the nearest pattern of its genre, or begins one.
 * Where the TV holds `maxPatterns` and none of this genre, the nearest of all takes the sample.
 */
export function learn(
  patterns: readonly LearnedPattern[],
  sample: Sample,
  random: RandomSource,
  config: LearnerConfig = LEARNER_DEFAULTS,
): Learned {
  const siblings = patterns.filter(({ genre }) => genre === sample.genre);
  const isFull = patterns.length >= config.maxPatterns;
  const nearest = findNearest(isFull && siblings.length === 0 ? patterns : siblings, sample);
  const mayStart = !isFull && siblings.length < config.patternsPerGenre;
  if (nearest === undefined || (mayStart && nearest.cosine < config.spawnCosine)) {
    return { pattern: startPattern(drawPatternId(patterns, random), sample), isNew: true };
  }
  return { pattern: addSample(nearest.pattern, sample), isNew: false };
}

function findNearest(patterns: readonly LearnedPattern[], { embedding }: Sample) {
  let nearest: { readonly pattern: LearnedPattern; readonly cosine: number } | undefined;
  for (const pattern of patterns) {
    const cosine = dot(pattern.embedding, embedding);
    if (nearest === undefined || cosine > nearest.cosine) nearest = { pattern, cosine };
  }
  return nearest;
}
