import { dot } from '@omega-tv/catalogue';
import type { World } from '../viewers.js';
import { popularity, type Candidate, type Completions } from './completions.js';

const TRENDS = 5;

/** Nearest by text to what is known: what a TV can do alone. */
export function localOnly({ embeddings }: Pick<World, 'embeddings'>): Candidate {
  return {
    name: 'local only (text)',
    recommend: (known) => {
      const sum = new Float32Array(embeddings[0]?.length ?? 0);
      for (const title of known)
        embeddings[title]?.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
      return Float64Array.from(embeddings, (embedding) => dot(embedding, sum));
    },
  };
}

/** The five most completed titles, then what is nearest by text. */
export function fiveTrends(completions: Completions, local: Candidate): Candidate {
  const popular = popularity(completions);
  const trends = [...popular.keys()]
    .sort((a, b) => (popular[b] ?? 0) - (popular[a] ?? 0))
    .slice(0, TRENDS);
  return {
    name: 'five trends',
    recommend: (known) => {
      const scores = local.recommend(known);
      trends.forEach((title, rank) => (scores[title] = 1e6 - rank));
      return scores;
    },
  };
}

export function popularityOnly(completions: Completions): Candidate {
  const popular = popularity(completions);
  return { name: 'popularity', recommend: () => popular };
}
