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
  /** All that was watched here, to the end or not; never recommended again. */
  readonly history: readonly { readonly titleId: string }[];
  /** Length of the list. Default 10. */
  readonly count?: number;
}

/** So many times the list's length may stand on it: further ones are likelier to be left. */
const SHORTLIST_FACTOR = 3;

/** The titles that viewers with this history finish, not all alike, with the reasons. The best first. */
export function recommendTitles(input: RecommendTitlesInput): readonly Recommendation[] {
  const { catalogue, ranked, reasonsFor, history, count = 10 } = input;
  const titles = new Map(catalogue.map((title) => [title.id, title]));
  const watched = new Set(history.map(({ titleId }) => titleId));
  const open = ranked.filter(({ contentId }) => titles.has(contentId) && !watched.has(contentId));
  const shortlist = open.slice(0, SHORTLIST_FACTOR * count);
  const [best, least] = [shortlist[0]?.score ?? 1, shortlist[shortlist.length - 1]?.score ?? 0];
  const range = Math.max(best - least, Number.EPSILON);
  const candidates = shortlist.flatMap(({ contentId, score, isCounted }) => {
    const title = titles.get(contentId);
    if (title === undefined) return [];
    const share = (score - least) / range;
    return [{ title, embedding: title.embedding, score: share, isCounted }];
  });
  return pickDiverse(candidates, count).map(({ title, score, isCounted }) => {
    const finished = reasonsFor(title.id).flatMap((id) => titles.get(id) ?? []);
    const kind = isCounted ? 'viewers' : 'text';
    const reasons: readonly Reason[] = finished.length === 0 ? [] : [{ kind, finished }];
    return { title, score, reasons };
  });
}
