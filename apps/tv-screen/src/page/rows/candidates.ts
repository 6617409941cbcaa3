import { dot, type Title } from '@omega-tv/catalogue/web';
import type { Knowledge } from '../television/screen-tv.js';

/** A title that may stand in a row for this viewer. */
export interface Candidate {
  readonly title: Title;
  /** True where the fleet has counted it. */
  readonly isCounted: boolean;
  /** The finished titles that speak for it, by what the fleet learned. */
  readonly reasons: readonly Title[];
  /** The finished title whose text is nearest. */
  readonly nearest: Title;
  readonly score: number;
}

/**
 * With so many counted titles the fleet speaks as loud as the texts: one that has hardly begun knows
 * less of a title than its text says.
 */
const EVEN_TITLES = 200;

/** The titles that were not watched, the likeliest to be liked first; none without history. */
export function candidatesOf(titles: readonly Title[], known: Knowledge): readonly Candidate[] {
  const { ranked, reasons, finished } = known;
  const byId = new Map(titles.map((title) => [title.id, title]));
  const counted = ranked.filter(({ isCounted }) => isCounted).length;
  const trust = counted / (counted + EVEN_TITLES);
  const [best, least] = [ranked[0]?.score ?? 1, ranked[ranked.length - 1]?.score ?? 0];
  const range = Math.max(best - least, Number.EPSILON);
  const candidates: Candidate[] = [];
  for (const { contentId, isCounted, score } of ranked) {
    const title = byId.get(contentId);
    const near = title && nearestOf(title, finished);
    if (title === undefined || near === undefined) continue;
    const ids = reasons.get(contentId) ?? [];
    candidates.push({
      title,
      isCounted,
      reasons: finished.filter(({ id }) => ids.includes(id)),
      nearest: near.title,
      score: trust * ((score - least) / range) + (1 - trust) * near.cosine,
    });
  }
  return candidates.sort((a, b) => b.score - a.score);
}

function nearestOf({ embedding }: Title, finished: readonly Title[]) {
  let nearest: { readonly title: Title; readonly cosine: number } | undefined;
  for (const title of finished) {
    const cosine = dot(embedding, title.embedding);
    if (nearest === undefined || cosine > nearest.cosine) nearest = { title, cosine };
  }
  return nearest;
}
