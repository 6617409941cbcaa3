import { FACTORS, type TitleFactors } from '@omega-tv/types';
import { quarterPower } from './quarter-powers.js';

/** What a step is of the deviation of all coordinates, at the finest. */
const FINEST_STEP = 0.25;
/** So many quarters of an octave coarser it may be: 1. */
const MOST_QUARTERS = 8;
/** Titles that the first answer to a new TV is to hold at the least: what it ranks by, until the next. */
export const LEADING_TITLES = 320;
/** What an answer of 5,120 B has for pieces, beside its receipt and the list's head. */
const LEADING_BYTES = 4800;

/**
 * The step of a list's coordinates, chosen when a generation begins: the finest at which the leading
 * titles fit into a first answer. Where titles lie along many axes they take more bytes; a TV with
 * more titles, each a little rougher, recommends better than one with fewer.
 * @param bytesAt what the leading titles take at a step, or what else grows as it gets finer.
 */
export function chooseStep(
  titles: readonly TitleFactors[],
  bytesAt: (step: number) => number,
): number {
  const finest = deviationOf(titles) * FINEST_STEP;
  if (!(Math.fround(finest) > 0)) return 1;
  let step = Math.fround(finest);
  for (
    let quarters = 1;
    quarters <= MOST_QUARTERS && bytesAt(step) > LEADING_BYTES;
    quarters += 1
  ) {
    step = Math.fround(finest * quarterPower(quarters));
  }
  return step;
}

function deviationOf(titles: readonly TitleFactors[]): number {
  let squares = 0;
  for (const { coordinates } of titles) {
    for (const value of coordinates) squares += value * value;
  }
  return Math.sqrt(squares / (FACTORS * Math.max(1, titles.length)));
}
