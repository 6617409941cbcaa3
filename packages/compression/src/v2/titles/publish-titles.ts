import { FACTORS, type PublishedFactors, type TitleFactors } from '@omega-tv/types';
import { quarterPower, toQuarterExponent } from './quarter-powers.js';
import {
  countTitles,
  MAX_COUNT_LEVEL,
  MAX_STEPS,
  MEAN_VIEWER_STEP,
  levelOf,
  MAX_TITLES,
  pieceIndex,
  placeOf,
  ranksOf,
  STEP_OF_DEVIATION,
  type ListedTitle,
  type TitleHead,
  type TitleList,
  type TitlePiece,
} from './title-list.js';
import { toTitleHash } from './title-hash.js';

/** A head stays while the number of titles has changed by no more than this part. */
const TITLES_SLACK = 1 / 16;
/** Versions of a piece that diffs are made from. */
const HISTORY = 12;
/** A title stays where it is until it is this part of its level's length beyond it. */
const RANK_SLACK = 1 / 4;
/**
 * A title keeps its coordinates while they are at most this much farther (squared, in steps) from
 * the exact ones than new ones would be: noise alone sends nothing.
 */
const STEADY_SQUARES = 0.5;

/**
 * The next version of a list: titles quantised, in pieces; pieces in which nothing changed are the
 * very same. The same list is returned where nothing changed at all.
 * @param previous the version before, of the same stream; none at first.
 */
export function publishTitles(
  previous: TitleList | undefined,
  factors: PublishedFactors,
): TitleList {
  const before = previous?.head.generation === factors.generation ? previous : undefined;
  const version = (previous?.version ?? 0) + 1;
  const step = before?.head.step ?? stepFor(factors.titles);
  const pieces = piecesOf(factors, step, version, before);
  const titles = countTitles(pieces.values());
  const head = steadyHead(before?.head, { ...headOf(factors), titles, step, version });
  const isSame =
    before?.head === head &&
    pieces.size === before.pieces.size &&
    [...pieces].every(([index, piece]) => before.pieces.get(index) === piece);
  if (isSame) return before;
  const history = new Map(
    [...pieces].map(([index, piece]) => {
      const older = (before?.history.get(index) ?? []).filter((one) => one !== piece);
      return [index, [piece, ...older].slice(0, HISTORY)] as const;
    }),
  );
  return { version, head, pieces, history };
}

function stepFor(titles: readonly TitleFactors[]): number {
  let squares = 0;
  for (const { coordinates } of titles) {
    for (const value of coordinates) squares += value * value;
  }
  const deviation = Math.sqrt(squares / (FACTORS * Math.max(1, titles.length)));
  const step = Math.fround(deviation * STEP_OF_DEVIATION);
  return step > 0 ? step : 1;
}

function headOf(factors: PublishedFactors): Omit<TitleHead, 'titles' | 'step' | 'version'> {
  const { generation, weights, scoring, meanViewers } = factors;
  return {
    generation,
    weightExponents: Int8Array.from(weights, (weight) => toQuarterExponent(weight, -127, 127)),
    scoring,
    meanViewers: meanViewers.map((mean) =>
      Int8Array.from(mean, (value) => toSteps(value, MEAN_VIEWER_STEP)),
    ),
  };
}

function steadyHead(before: TitleHead | undefined, head: TitleHead): TitleHead {
  if (before?.scoring !== head.scoring) return head;
  if (Math.abs(before.titles - head.titles) > before.titles * TITLES_SLACK) return head;
  const isNear = before.meanViewers.every((mean, i) =>
    mean.every((value, axis) => Math.abs(value - (head.meanViewers[i]?.[axis] ?? 0)) <= 1),
  );
  return isNear ? before : head;
}

function piecesOf(
  { generation, titles }: PublishedFactors,
  step: number,
  version: number,
  before: TitleList | undefined,
): ReadonlyMap<number, TitlePiece> {
  const known = placesOf(before);
  const contents = new Map<number, ListedTitle[]>();
  const seen = new Set<number>();
  titles.forEach((title, rank) => {
    const hash = toTitleHash(title.contentId);
    // Two ids with one hash are never sent: no TV could tell them apart. The more completed stays.
    if (seen.has(hash)) return;
    seen.add(hash);
    const place = known.get(hash);
    if (rank >= MAX_TITLES) return;
    const level = steadyLevel(rank, place?.level);
    const index = pieceIndex(level, hash);
    const listed = toListed(hash, title, step, place?.title);
    const content = contents.get(index);
    if (content === undefined) contents.set(index, [listed]);
    else content.push(listed);
  });
  const indices = [...contents.keys()].sort((a, b) => a - b);
  return new Map(
    indices.map((index) => {
      const content = (contents.get(index) ?? []).sort((a, b) => a.hash - b.hash);
      const piece = before?.pieces.get(index);
      const isSame =
        piece?.titles.length === content.length &&
        content.every((title, i) => title === piece.titles[i]);
      return [index, isSame ? piece : { generation, index, version, titles: content }];
    }),
  );
}

interface Place {
  readonly level: number;
  readonly title: ListedTitle;
}

function placesOf(list: TitleList | undefined): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>();
  for (const { index, titles } of list?.pieces.values() ?? []) {
    const { level } = placeOf(index);
    for (const title of titles) places.set(title.hash, { level, title });
  }
  return places;
}

/** Where it was, while its rank is near enough. */
function steadyLevel(rank: number, before: number | undefined): number {
  if (before === undefined) return levelOf(rank);
  const { first, end } = ranksOf(before);
  const slack = (end - first) * RANK_SLACK;
  return rank >= first - slack && rank < end + slack ? before : levelOf(rank);
}

/** The very title of the version before, where it hardly moved. */
function toListed(
  hash: number,
  { count, coordinates }: TitleFactors,
  step: number,
  before: ListedTitle | undefined,
): ListedTitle {
  const countLevel = toQuarterExponent(1 + Math.max(0, count), 0, MAX_COUNT_LEVEL);
  const steps = Int8Array.from(coordinates, (value) => toSteps(value, step));
  if (before === undefined) return { hash, countLevel, steps };
  const keepsSteps =
    missOf(before.steps, coordinates, step) - missOf(steps, coordinates, step) <= STEADY_SQUARES;
  if (keepsSteps && before.countLevel === countLevel) return before;
  return { hash, countLevel, steps: keepsSteps ? before.steps : steps };
}

function missOf(steps: Int8Array, exact: ArrayLike<number>, step: number): number {
  let miss = 0;
  for (let i = 0; i < steps.length; i += 1) {
    const difference = (exact[i] ?? 0) / step - (steps[i] ?? 0);
    miss += difference * difference;
  }
  return miss;
}

function toSteps(value: number, step: number): number {
  return Math.max(-MAX_STEPS, Math.min(MAX_STEPS, Math.round(value / step)));
}

/** Completions as a TV reads them. */
export function countOf({ countLevel }: Pick<ListedTitle, 'countLevel'>): number {
  return quarterPower(countLevel) - 1;
}
