import { SCORINGS, type Scoring } from '@omega-tv/federation';
import type { TitleSpace } from './title-space.js';
import { scoreOf, rankingViewer, sumsOver } from './viewer.js';

/** Length of the list in which a title counts as found. */
const LIST_LENGTH = 10;
/** So many titles a newcomer knows. */
const NEWCOMER_KNOWS = [3, 5, 10, 20] as const;
/** One report of so many tells what would have been found: it costs a TV a look at the whole list. */
const REPORTS_PER_TEST = 4;

/** For each of `SCORINGS`: whether the title was in the list that it makes. */
export type Hits = readonly boolean[];

/**
 * Tries the ways to score on this TV's own history: would a TV that knew only the first few titles
 * completed here have had this later one in its list? So the fleet finds what serves newcomers,
 * also where what they watch first is steered.
 * @param completed places in the catalogue, in the order of completion.
 * @param draw 0 to 1.
 * @returns undefined where it is not this report's turn, or the title is none to be found.
 */
export function tryScorings(
  space: TitleSpace,
  completed: readonly number[],
  title: number,
  draw: () => number,
): Hits | undefined {
  if (draw() * REPORTS_PER_TEST >= 1 || space.generation === 0) return undefined;
  const knows = NEWCOMER_KNOWS[Math.floor(draw() * NEWCOMER_KNOWS.length)] ?? 3;
  const known = completed.slice(0, knows);
  const isLater = completed.length > knows && !known.includes(title);
  if (!isLater || !space.titles.has(title)) return undefined;
  return hitsOf(space, known, title);
}

function hitsOf(space: TitleSpace, known: readonly number[], title: number): Hits {
  const sums = sumsOver(space, known);
  const hidden = new Set(known);
  return SCORINGS.map((scoring) =>
    isInList(space, rankingViewer(space, sums, scoring), scoring, hidden, title),
  );
}

/** True where fewer titles than the list is long score higher. */
function isInList(
  { titles }: TitleSpace,
  viewer: Float64Array,
  scoring: Scoring,
  hidden: ReadonlySet<number>,
  wanted: number,
): boolean {
  const own = titles.get(wanted);
  if (own === undefined) return false;
  const least = scoreOf(viewer, own, scoring);
  let above = 0;
  for (const title of titles.values()) {
    if (title.index === wanted || hidden.has(title.index)) continue;
    if (scoreOf(viewer, title, scoring) >= least) above += 1;
    if (above === LIST_LENGTH) return false;
  }
  return true;
}
