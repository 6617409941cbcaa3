import { emptyFactorSums, sumFactors, viewerFactors, type FactorSums } from '@omega-tv/federation';
import { createRandom } from '@omega-tv/seeded-random';
import { FACTORS } from '@omega-tv/types';
import type { Candidate, Completions } from './completions.js';

const SWEEPS = 12;
/** As Rendle et al. (2021) tune it, on viewers like these. */
const RIDGE = 0.03;
/** Those of the viewer who asks: newcomers may want more. */
const RIDGES = [RIDGE, 0.1];
const START_DEVIATION = 0.1;
const PLAIN_RIDGE = new Float64Array(FACTORS).fill(1);

/**
 * Implicit alternating least squares with every history in one place, both sides exact ridge
 * regressions; one candidate for each ridge of the viewer who asks.
 */
export function exactIals({ ofViewer, ofTitle }: Completions): readonly Candidate[] {
  const random = createRandom('ials');
  let titles: readonly Float64Array[] = ofTitle.map(() =>
    Float64Array.from({ length: FACTORS }, () => (random.next() - 0.5) * 2 * START_DEVIATION),
  );
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const viewers = solve(ofViewer, titles);
    titles = solve(ofTitle, viewers);
  }
  const listed = sumFactors(titles);
  return RIDGES.map((ridge) => ({
    name: `exact iALS (ridge ${ridge})`,
    recommend: (known: readonly number[]) => {
      const x = viewerFactors({ listed, weights: PLAIN_RIDGE }, sumsOf(known, titles), ridge);
      return Float64Array.from(titles, (y) => {
        let sum = 0;
        for (let i = 0; i < FACTORS; i += 1) sum += (x[i] ?? 0) * (y[i] ?? 0);
        return sum;
      });
    },
  }));
}

/** The factors of one side from those of the other. */
function solve(lists: readonly Int32Array[], others: readonly Float64Array[]): Float64Array[] {
  const listed = sumFactors(others);
  const space = { listed, weights: PLAIN_RIDGE };
  const nothing = new Float64Array(FACTORS);
  return lists.map((list) =>
    list.length === 0 ? nothing : viewerFactors(space, sumsOf(list, others), RIDGE),
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
