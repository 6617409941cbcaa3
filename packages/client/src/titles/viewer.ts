import {
  historyClass,
  LEARNING_MODEL,
  sumFactors,
  viewerFactors,
  withoutTitle,
  type FactorSums,
  type Scoring,
} from '@omega-tv/federation';
import { FACTORS, type ViewerFactors } from '@omega-tv/types';
import type { SpaceTitle, TitleSpace } from './title-space.js';

/** The factors of a title that has none, as a TV guesses them. */
export type GuessFactors = (index: number) => Float64Array;

/**
 * The sums over completed titles that have factors.
 * @param completed places in the catalogue.
 * @param guess where it is given, titles without factors count in part with what it says.
 */
export function sumsOver(
  { titles }: Pick<TitleSpace, 'titles'>,
  completed: Iterable<number>,
  guess?: GuessFactors,
): FactorSums {
  const known: Float64Array[] = [];
  const guessed: Float64Array[] = [];
  for (const index of completed) {
    const title = titles.get(index);
    if (title !== undefined) known.push(title.coordinates);
    else if (guess !== undefined) guessed.push(guess(index));
  }
  return sumFactors(guessed, sumFactors(known), LEARNING_MODEL.guessWeight);
}

/**
 * What is said of a viewer with a title just completed: the factors without it.
 * @param completed the sums over all that were completed, that title included.
 * @returns undefined where too little else is known.
 */
export function viewerWithout(
  space: TitleSpace,
  completed: FactorSums,
  title: SpaceTitle | undefined,
): ViewerFactors | undefined {
  const others = title === undefined ? completed : withoutTitle(completed, title.coordinates);
  if (others.count < LEARNING_MODEL.minHistory) return undefined;
  return {
    generation: space.generation,
    historyClass: historyClass(others.count),
    coordinates: viewerFactors(space, others),
  };
}

/** The viewer that a scoring ranks with: less the mean viewer of as long a history where it says so. */
export function rankingViewer(
  space: TitleSpace,
  completed: FactorSums,
  scoring: Scoring = space.scoring,
): Float64Array {
  const x = viewerFactors(space, completed, scoring.ridge);
  const mean = scoring.centred ? space.meanViewers[historyClass(completed.count)] : undefined;
  return mean === undefined ? x : x.map((value, axis) => value - (mean[axis] ?? 0));
}

/** As `scoreTitle`, with the logarithm at hand. */
export function scoreOf(
  viewer: Float64Array,
  { coordinates, logCount }: Omit<SpaceTitle, 'index'>,
  { popularity }: Pick<Scoring, 'popularity'>,
): number {
  let match = 0;
  for (let axis = 0; axis < FACTORS; axis += 1) {
    match += (viewer[axis] ?? 0) * (coordinates[axis] ?? 0);
  }
  return match + popularity * logCount;
}
