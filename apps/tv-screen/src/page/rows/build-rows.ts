import { dot, type Title } from '@omega-tv/catalogue/web';
import type { Knowledge } from '../television/screen-tv.js';
import { candidatesOf, type Candidate } from './candidates.js';
import { genreRows } from './genre-rows.js';

/** A title on the screen. */
export interface Card {
  readonly title: Title;
  /** Why it is here, in words; absent where people browse. */
  readonly why?: string;
}

export interface Row {
  readonly key: string;
  readonly heading: string;
  readonly cards: readonly Card[];
  /** For this viewer; others are for browsing. */
  readonly isPersonal: boolean;
}

const ROW_LENGTH = 12;
/** Fewer say too little to be a row. */
const MIN_LENGTH = 3;
/** Only the likeliest so many may stand in a row, but for what is new: nobody vouches for that. */
const POOL = 120;
/** Half of the catalogue's pairs lie below 0.20, a title's tenth neighbour at 0.42 (medians). */
const ALIKE_COSINE = 0.3;

/** The rows of the screen: first those for this viewer, then the catalogue by genre. */
export function buildRows(titles: readonly Title[], known: Knowledge): readonly Row[] {
  const all = candidatesOf(titles, known);
  const candidates = all.slice(0, POOL);
  const used = new Set<string>();
  const take = (cards: readonly Card[]): readonly Card[] => {
    const taken = cards.filter(({ title }) => !used.has(title.id)).slice(0, ROW_LENGTH);
    for (const { title } of taken) used.add(title.id);
    return taken;
  };
  // What only the fleet knows comes first to its titles, though not to its place.
  const fleet = fleetRow(candidates, known.finished, take) ?? kindredRow(candidates, take);
  const rows = [becauseRow(candidates, known.finished, take), fleet, newRow(all, take)];
  return [
    ...rows.filter((row): row is Row => row !== undefined && row.cards.length >= MIN_LENGTH),
    ...genreRows(titles, known, used),
  ];
}

type Take = (cards: readonly Card[]) => readonly Card[];

function becauseRow(
  candidates: readonly Candidate[],
  [last]: readonly Title[],
  take: Take,
): Row | undefined {
  if (last === undefined) return undefined;
  const why = `Like ${last.title}, which you finished`;
  const alike = candidates
    .map(({ title }) => ({ title, cosine: dot(title.embedding, last.embedding) }))
    .filter(({ cosine }) => cosine >= ALIKE_COSINE)
    .sort((a, b) => b.cosine - a.cosine);
  const cards = take(alike.map(({ title }) => ({ title, why })));
  return { key: 'because', heading: `Because you finished ${last.title}`, cards, isPersonal: true };
}

/** By the finished title that speaks for most of what the fleet suggests. */
function fleetRow(
  candidates: readonly Candidate[],
  finished: readonly Title[],
  take: Take,
): Row | undefined {
  const counted = candidates.filter(({ isCounted }) => isCounted);
  const votes = finished.map((title) => ({
    title,
    count: counted.filter(({ reasons }) => reasons.includes(title)).length,
  }));
  const best = votes.reduce<(typeof votes)[number] | undefined>(
    (most, vote) => (vote.count > (most?.count ?? 0) ? vote : most),
    undefined,
  )?.title;
  if (best === undefined) return undefined;
  const cards = counted
    .filter(({ reasons }) => reasons.includes(best))
    .map(({ title, reasons }) => ({
      title,
      why: `Viewers who finished ${names(reasons)} finish this`,
    }));
  return {
    key: 'viewers',
    heading: `Viewers who finished ${best.title} finish`,
    cards: take(cards),
    isPersonal: true,
  };
}

/** Where the fleet knows none of the finished titles, and yet others like them. */
function kindredRow(candidates: readonly Candidate[], take: Take): Row | undefined {
  const counted = candidates.filter(({ isCounted }) => isCounted);
  if (counted.length === 0) return undefined;
  const cards = counted.map(({ title, nearest }) => ({
    title,
    why: `Viewers who finish titles like ${nearest.title} finish this`,
  }));
  return {
    key: 'viewers',
    heading: 'Viewers like you finish',
    cards: take(cards),
    isPersonal: true,
  };
}

/** What hardly any TV told of; without a server that is all, and its texts alone speak. */
function newRow(candidates: readonly Candidate[], take: Take): Row | undefined {
  const isTold = candidates.some(({ isCounted }) => isCounted);
  const cards = candidates
    .filter(({ isCounted }) => !isCounted)
    .map(({ title, nearest }) => ({
      title,
      why: `${isTold ? 'New to other TVs, and close' : 'Close'} to ${nearest.title}`,
    }));
  const heading = isTold ? 'New, and close to your taste' : 'Close to your taste';
  return { key: 'new', heading, cards: take(cards), isPersonal: true };
}

function names(titles: readonly Title[]): string {
  return titles.map(({ title }) => title).join(' and ');
}
