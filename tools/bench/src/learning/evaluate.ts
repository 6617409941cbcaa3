import type { Candidate } from './baselines/completions.js';
import { byKnown, type ByKnown } from './intervals.js';
import { precisionAt10, type Trial } from './trials.js';

/** Precision of every trial, in the order of trials. */
export type Precisions = ByKnown<readonly number[]>;

/** A setting of a row, on one split. */
export interface Measured {
  readonly row: string;
  /** Which of the row's settings. */
  readonly setting: string;
  readonly precisions: Precisions;
  /** The row that it is set against; the product's own where absent. */
  readonly against?: string;
}

export function precisionsOf(
  trials: readonly Trial[],
  scoresFor: (trial: Trial) => ArrayLike<number>,
): Precisions {
  const [precisions] = blendsOf(trials, [scoresFor]);
  if (precisions === undefined) throw new RangeError('nothing was measured');
  return precisions;
}

/** A recommender alone, and with each of its weights of popularity. */
export function measureCandidate(
  row: string,
  { name, recommend, blends = [] }: Candidate,
  popular: Float64Array,
  trials: readonly Trial[],
): readonly Measured[] {
  const weights = [0, ...blends];
  let scores: Float64Array;
  const ways = weights.map((weight, i) => ({ known }: Trial) => {
    if (i === 0) scores = recommend(known);
    return weight === 0 ? scores : scores.map((score, at) => score + weight * (popular[at] ?? 0));
  });
  return blendsOf(trials, ways).map((precisions, i) => {
    const weight = weights[i] ?? 0;
    const setting = weight === 0 ? name : `${name} + ${weight} popularity`;
    return { row, setting, precisions };
  });
}

/** Of several ways to score a trial, asked in their order. */
function blendsOf(
  trials: readonly Trial[],
  ways: readonly ((trial: Trial) => ArrayLike<number>)[],
): readonly Precisions[] {
  const lists = ways.map(() => byKnown((): number[] => []));
  for (const trial of trials) {
    ways.forEach((scoresFor, i) => {
      lists[i]?.[trial.knownCount].push(precisionAt10(scoresFor(trial), trial));
    });
  }
  return lists;
}

/** Viewers of the trials, in the same order. */
export function viewersOf(trials: readonly Trial[]): ByKnown<readonly number[]> {
  return byKnown((count) =>
    trials.filter(({ knownCount }) => knownCount === count).map(({ viewer }) => viewer),
  );
}
