import { CommandError, plural } from '@omega-tv/command-line';
import { createRandom } from '@omega-tv/seeded-random';
import { COMPLETED_RATING, type Like, type World } from './viewers.js';

/** How many completed titles a TV knows when it is asked. */
export const KNOWN_COUNTS = [3, 5, 20] as const;
export type KnownCount = (typeof KNOWN_COUNTS)[number];
/** How many others it recommends. */
export const LIST_LENGTH = 10;
export const SPLITS = 6;
const RANDOM_SEED = 3;

/** Which of a viewer's titles are known: the first by date, or a random draw. */
export const KNOWN_CHOICES = ['time', 'random'] as const;
export type KnownChoice = (typeof KNOWN_CHOICES)[number];

/** One question to a recommender. */
export interface Trial {
  readonly viewer: number;
  readonly knownCount: KnownCount;
  readonly known: readonly number[];
  /** The viewer's other likes. */
  readonly later: ReadonlySet<number>;
}

/** Who teaches and who is asked. */
export interface Split {
  readonly index: number;
  readonly learning: readonly (readonly Like[])[];
  readonly trials: readonly Trial[];
}

export function createSplit(world: World, index: number, choice: KnownChoice): Split {
  const learning: (readonly Like[])[] = [];
  const trials: Trial[] = [];
  world.viewers.forEach((likes, viewer) => {
    if ((7 * viewer + 13 * index) % 15 >= 4) {
      learning.push(likes);
      return;
    }
    const titles = inOrder(likes, viewer, choice);
    for (const knownCount of KNOWN_COUNTS) {
      if (titles.length < knownCount + LIST_LENGTH) continue;
      const known = titles.slice(0, knownCount);
      trials.push({ viewer, knownCount, known, later: new Set(titles.slice(knownCount)) });
    }
  });
  return { index, learning, trials };
}

/** @throws CommandError where no split has anybody to ask. */
export function checkTrials(world: World): void {
  for (let index = 0; index < SPLITS; index += 1) {
    if (createSplit(world, index, 'time').trials.length > 0) return;
  }
  const fewest = Math.min(...KNOWN_COUNTS) + LIST_LENGTH;
  const most = world.viewers.reduce((longest, likes) => Math.max(longest, likes.length), 0);
  throw new CommandError(
    `ratings.csv: nobody can be asked: that takes viewers with ${fewest} ratings of ${COMPLETED_RATING} or more; ` +
      `there are ${plural(world.viewers.length, 'viewer')} with ${most} at most`,
  );
}

function inOrder(likes: readonly Like[], viewer: number, choice: KnownChoice): readonly number[] {
  const titles = likes.map(({ title }) => title);
  if (choice === 'time') return titles;
  const random = createRandom(RANDOM_SEED, 'known', viewer);
  return titles
    .map((title) => ({ title, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ title }) => title);
}

/**
 * Share of the ten best titles that are among the viewer's later likes.
 * @param scores of all titles; one that cannot be recommended has -Infinity.
 */
export function precisionAt10(scores: ArrayLike<number>, { known, later }: Trial): number {
  const hidden = new Set(known);
  const list = topTitles(scores, LIST_LENGTH, hidden);
  return list.filter((title) => later.has(title)).length / LIST_LENGTH;
}

/** The best titles, best first; the first of equals. */
export function topTitles(
  scores: ArrayLike<number>,
  count: number,
  hidden: ReadonlySet<number>,
): readonly number[] {
  const list: number[] = [];
  for (let title = 0; title < scores.length; title += 1) {
    const score = scores[title] ?? -Infinity;
    if (score === -Infinity || hidden.has(title)) continue;
    if (list.length === count && !(score > (scores[list[count - 1] ?? 0] ?? 0))) continue;
    let at = list.length;
    while (at > 0 && score > (scores[list[at - 1] ?? 0] ?? 0)) at -= 1;
    list.splice(at, 0, title);
    if (list.length > count) list.pop();
  }
  return list;
}
