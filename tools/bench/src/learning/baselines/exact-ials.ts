import {
  emptyFactorSums,
  LEARNING_MODEL,
  sumFactors,
  viewerFactors,
  type FactorSums,
} from '@omega-tv/federation';
import { createRandom } from '@omega-tv/seeded-random';
import { FACTORS } from '@omega-tv/types';
import type { Candidate, Completions } from './completions.js';

const SWEEPS = 12;
const START_DEVIATION = 0.1;
const PLAIN_RIDGE = new Float64Array(FACTORS).fill(1);

/**
 * Implicit alternating least squares with every history in one place, the model's own settings: both
 * sides are exact ridge regressions.
 */
export function exactIals({ ofViewer, ofTitle }: Completions): Candidate {
  const random = createRandom('ials');
  let titles: readonly Float64Array[] = ofTitle.map(() =>
    Float64Array.from({ length: FACTORS }, () => (random.next() - 0.5) * 2 * START_DEVIATION),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const viewers = solve(ofViewer, titles);
    titles = solve(ofTitle, viewers);
  }
  const listed = sumFactors(titles);
  return {
    name: 'exact iALS',
    recommend: (known) => {
      const x = viewerFactors({ listed, weights: PLAIN_RIDGE }, sumsOf(known, titles));
      return Float64Array.from(titles, (y) =>
        y.reduce((sum, value, i) => sum + value * (x[i] ?? 0), 0),
      );
    },
  };
}

/** The factors of one side from those of the other. */
function solve(lists: readonly Int32Array[], others: readonly Float64Array[]): Float64Array[] {
  const listed = sumFactors(others);
  return lists.map((list) =>
    viewerFactors({ listed, weights: PLAIN_RIDGE }, sumsOf(list, others), LEARNING_MODEL.ridge),
  );
}

function sumsOf(list: Iterable<number>, factors: readonly Float64Array[]): FactorSums {
  const chosen: Float64Array[] = [];
  for (const index of list) {
    const one = factors[index];
    if (one !== undefined) chosen.push(one);
  }
  return chosen.length === 0 ? emptyFactorSums() : sumFactors(chosen);
}
