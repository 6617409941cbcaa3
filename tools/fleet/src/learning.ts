import type { RandomSource } from '@omega-tv/types';

/** Of a TV that is on: in which of its spans it learns, and how much. */
export interface LearningMix {
  /** Share of spans in which it learns anything. */
  readonly learningPart: number;
  /** Of these, share in which it learns ten patterns; else one to three. */
  readonly tenPatternsPart: number;
}

const SPAN_S = 600;
const TEN = 10;
const FEW = 3;

/** Draws how many patterns a TV learned in so many seconds. */
export function drawLearned(mix: LearningMix, seconds: number, random: RandomSource): number {
  let patterns = 0;
  for (let left = seconds / SPAN_S; left > 0; left -= 1) {
    if (random.next() >= mix.learningPart * Math.min(1, left)) continue;
    const isTen = random.next() < mix.tenPatternsPart;
    patterns += isTen ? TEN : 1 + Math.floor(random.next() * FEW);
  }
  return patterns;
}
