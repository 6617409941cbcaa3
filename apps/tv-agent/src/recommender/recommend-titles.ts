import type { Title } from '@omega-tv/catalogue';
import type { RankedTitle } from '@omega-tv/client';
import { pickDiverse } from './diversity.js';
import type { Recommendation } from './recommend.js';
import type { Reason } from './reason.js';

export interface RecommendTitlesInput {
  readonly catalogue: readonly Title[];
  /** By what the fleet learned of titles, the likeliest first. */
  readonly ranked: readonly RankedTitle[];
  /** Which completed titles speak for one. */
  readonly reasonsFor: (contentId: string) => readonly string[];
  /** By patterns, this TV's own and published ones, the best first. */
  readonly byPatterns: readonly Recommendation[];
  /** All that was watched here, to the end or not; never recommended again. */
  readonly history: readonly { readonly titleId: string }[];
  readonly count: number;
}

/** So many times the list's length may stand on it: further ones are likelier to be left. */
export const SHORTLIST_FACTOR = 3;

/**
 * With so many counted titles the fleet speaks as loud as the patterns, with more of them louder: a
 * fleet that has hardly begun knows less of a title than its text says.
 */
const EVEN_TITLES = 200;

/** The titles that viewers with this history finish, not all alike, with the reasons. The best first. */
export function recommendTitles(input: RecommendTitlesInput): readonly Recommendation[] {
  const { catalogue, ranked, byPatterns, history, count } = input;
  const watched = new Set(history.map(({ titleId }) => titleId));
  const open = ranked.filter(({ contentId }) => !watched.has(contentId));
  const shares = toShares(open.slice(0, SHORTLIST_FACTOR * count));
  const counted = ranked.filter(({ isCounted }) => isCounted);
  const trust = counted.length / (counted.length + EVEN_TITLES);
  const known = new Set(counted.map(({ contentId }) => contentId));
  const patterns = new Map(byPatterns.map((one) => [one.title.id, one]));
  const best = byPatterns[0]?.score ?? 1;
  const candidates = catalogue
    .filter(({ id }) => shares.has(id) || patterns.has(id))
    .map((title) => {
      const byFleet = trust * (shares.get(title.id) ?? 0);
      const byTaste = ((1 - trust) * (patterns.get(title.id)?.score ?? 0)) / best;
      return { title, embedding: title.embedding, score: byFleet + byTaste, byFleet, byTaste };
    });
  return pickDiverse(candidates, count).map(({ title, score, byFleet, byTaste }) => ({
    title,
    score,
    reasons:
      byFleet > byTaste
        ? reasonsOfFleet(input, title.id, known.has(title.id))
        : (patterns.get(title.id)?.reasons ?? []),
  }));
}

/** Scores from 0, the last of them, to 1, the best. */
function toShares(ranked: readonly RankedTitle[]): ReadonlyMap<string, number> {
  const [best, least] = [ranked[0]?.score ?? 1, ranked[ranked.length - 1]?.score ?? 0];
  const range = Math.max(best - least, Number.EPSILON);
  return new Map(ranked.map(({ contentId, score }) => [contentId, (score - least) / range]));
}

function reasonsOfFleet(
  { catalogue, reasonsFor }: RecommendTitlesInput,
  contentId: string,
  isCounted: boolean,
): readonly Reason[] {
  const ids = reasonsFor(contentId);
  const finished = catalogue.filter(({ id }) => ids.includes(id));
  const kind = isCounted ? 'viewers' : 'text';
  return [{ kind, finished }];
}
