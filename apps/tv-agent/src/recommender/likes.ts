import { dot, type Title } from '@omega-tv/catalogue';
import { isFresh, type PatternData, type TrendSignal } from '@omega-tv/types';

/**
 * A published pattern speaks to a viewer who finished something near it: not below the first
 * cosine, fully from the second. Titles lie at 0.54 from the patterns of their viewer's taste and
 * at 0.41 from others (medians, simulated).
 */
const STRANGE_COSINE = 0.45;
const KINDRED_COSINE = 0.65;
const NEAREST_SHARE = 0.25;
/** Below this cosine, "like" would be no help to the reader: a title's 50th neighbour, about. */
const LIKE_COSINE = 0.35;
const MAX_NAMED = 2;

/**
 * The published patterns as they concern this TV: the success rate of each is scaled by how near
 * it is to something finished here, and those near nothing are left out. The rest tells what other
 * people like, and a fresh TV would follow the crowd. A TV that knows nothing yet listens to all.
 */
export function findKindred(
  published: readonly PatternData[],
  finished: readonly Title[],
): readonly PatternData[] {
  if (finished.length === 0) return published;
  return published
    .map((pattern) => ({
      ...pattern,
      successRate: pattern.successRate * kinship(pattern, finished),
    }))
    .filter(({ successRate }) => successRate > 0);
}

/**
 * The fresh trends as they concern this TV: the score of each is scaled by the share of what was
 * finished here that has its genre. A TV that knows nothing yet follows all.
 * @param nowMs Unix ms.
 */
export function findKindredTrends(
  trends: readonly TrendSignal[],
  finished: readonly Title[],
  nowMs: number,
): readonly TrendSignal[] {
  const fresh = trends.filter((trend) => isFresh(trend, nowMs));
  if (finished.length === 0) return fresh;
  return fresh
    .map((trend) => {
      const count = finished.filter(({ genres }) => genres.includes(trend.genre)).length;
      return { ...trend, score: (trend.score * count) / finished.length };
    })
    .filter(({ score }) => score > 0);
}

/** 0 to 1: how near the nearest quarter of the finished titles comes, at its far end. */
function kinship({ embedding }: PatternData, finished: readonly Title[]): number {
  const cosines = finished.map((title) => dot(title.embedding, embedding)).sort((a, b) => b - a);
  const cosine = cosines[Math.ceil(finished.length * NEAREST_SHARE) - 1] ?? 0;
  const share = (cosine - STRANGE_COSINE) / (KINDRED_COSINE - STRANGE_COSINE);
  return Math.min(1, Math.max(0, share));
}

/** The finished titles that a title is most like, the nearest first; none where none is near. */
export function findAlike(title: Title, finished: readonly Title[]): readonly Title[] {
  return finished
    .map((other) => ({ other, cosine: dot(title.embedding, other.embedding) }))
    .filter(({ cosine }) => cosine >= LIKE_COSINE)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, MAX_NAMED)
    .map(({ other }) => other);
}
