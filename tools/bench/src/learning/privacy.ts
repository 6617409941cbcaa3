import { rankingViewer, scoreOf, sumsOver, viewerWithout, type TitleSpace } from '@omega-tv/client';
import { SCORINGS } from '@omega-tv/federation';
import { createRandom } from '@omega-tv/seeded-random';
import type { RandomSource } from '@omega-tv/types';
import { Product, receiveAll } from './product.js';
import { FLEET } from './settings.js';
import { topTitles, type Split } from './trials.js';
import type { World } from './viewers.js';

/** Titles that a TV reports in the month that is watched. */
const REPORTED = 20;
/** Least titles of the rest of a history that are asked for. */
const LEAST_REST = 20;
const GUESSES = [10, 50] as const;
/** Bits a coordinate goes up in. */
const BITS = [2, 3, 4, 5] as const;

/** How well the rest of histories was guessed. */
export interface PrivacyRow {
  /** What the guess goes by. */
  readonly by: string;
  /** Part of the 10, and of the 50, likeliest titles that are in the rest of the history. */
  readonly of10: number;
  readonly of50: number;
}

/**
 * Whoever reads all deltas of one TV in a month: how well can the rest of its history be guessed, of
 * which no title was reported, but which every reported viewer was computed from?
 */
export function measurePrivacy(
  world: World,
  split: Split,
  onPart: (part: number) => void,
): readonly PrivacyRow[] {
  const product = new Product(world, onPart);
  const { holdings } = receiveAll(product.run(split, FLEET));
  const space = product.spaces.of(holdings.current);
  const watched = world.viewers
    .filter((_, viewer) => split.trials.some((trial) => trial.viewer === viewer))
    .map((likes) => likes.map(({ title }) => title))
    .filter((titles) => titles.length >= REPORTED + LEAST_REST)
    // The month is the last one: what came before it was reported to nobody.
    .map((titles) => ({ reported: titles.slice(-REPORTED), rest: titles.slice(0, -REPORTED) }));
  const random = createRandom('privacy', split.index);
  const rows = [
    rowOf('popularity', watched, () => scoresOf(space, new Float64Array(32))),
    rowOf('the reported titles', watched, ({ reported }) => {
      return scoresOf(space, rankingViewer(space, sumsOver(space, reported)));
    }),
  ];
  for (const bits of BITS) {
    rows.push(
      rowOf(`one reported viewer, ${bits} bits`, watched, (history) => {
        return scoresOf(space, meanOf(viewersOf(space, history, 1, bits, random)));
      }),
      rowOf(`${REPORTED} reported viewers, ${bits} bits`, watched, (history) => {
        return scoresOf(space, meanOf(viewersOf(space, history, REPORTED, bits, random)));
      }),
    );
  }
  return rows;
}

interface History {
  readonly reported: readonly number[];
  readonly rest: readonly number[];
}

function rowOf(
  by: string,
  histories: readonly History[],
  guess: (history: History) => Float64Array,
): PrivacyRow {
  const [of10, of50] = GUESSES.map(() => 0);
  const found = [of10 ?? 0, of50 ?? 0];
  for (const history of histories) {
    const rest = new Set(history.rest);
    const hidden = new Set(history.reported);
    const scores = guess(history);
    GUESSES.forEach((count, i) => {
      const right = topTitles(scores, count, hidden).filter((title) => rest.has(title)).length;
      found[i] = (found[i] ?? 0) + right / count / histories.length;
    });
  }
  return { by, of10: found[0] ?? 0, of50: found[1] ?? 0 };
}

/** The viewers that the first reports of the month say. */
function viewersOf(
  space: TitleSpace,
  { reported, rest }: History,
  count: number,
  bits: number,
  random: RandomSource,
): readonly Float64Array[] {
  const all = sumsOver(space, [...rest, ...reported]);
  return reported
    .slice(0, count)
    .map((title) => viewerWithout(space, all, space.titles.get(title))?.coordinates)
    .filter((coordinates) => coordinates !== undefined)
    .map((coordinates) => rounded(coordinates, bits, random));
}

/** As viewer factors go up, in other numbers of bits: by chance, with the exact mean. */
function rounded(coordinates: ArrayLike<number>, bits: number, random: RandomSource): Float64Array {
  const values = Float64Array.from(coordinates);
  const most = 2 ** (bits - 1) - 1;
  const step = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / most || 1;
  return values.map((value) => Math.floor(value / step + random.next()) * step);
}

function meanOf(viewers: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(32);
  for (const viewer of viewers)
    viewer.forEach((value, axis) => (sum[axis] = (sum[axis] ?? 0) + value));
  return sum.map((value) => value / Math.max(1, viewers.length));
}

function scoresOf(space: TitleSpace, viewer: Float64Array): Float64Array {
  const [scoring = space.scoring] = SCORINGS;
  const most = Math.max(...space.titles.keys());
  const scores = new Float64Array(most + 1).fill(-Infinity);
  for (const title of space.titles.values()) scores[title.index] = scoreOf(viewer, title, scoring);
  return scores;
}
