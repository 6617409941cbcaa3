import type { Tally } from '../tally.js';
import { SCORINGS } from './scorings.js';

/**
 * The way to score that finds most of what is then completed. The one in use stays unless another
 * is ahead by more than chance: two standard deviations of the difference of two counts.
 * @param hits its vector counts, for each of `SCORINGS`, how often it had the title in its list.
 */
export function chooseScoring(current: number, hits: Tally | undefined): number {
  const counts = hits?.closed.vector ?? new Float64Array(0);
  const used = counts[current] ?? 0;
  let best = current;
  SCORINGS.forEach((_, index) => {
    if ((counts[index] ?? 0) > (counts[best] ?? 0)) best = index;
  });
  const found = counts[best] ?? 0;
  return found - used > 2 * Math.sqrt(found + used) ? best : current;
}
