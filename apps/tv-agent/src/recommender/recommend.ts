import type { Title } from '@omega-tv/catalogue';
import { scoreContent, type ScoreReason } from '@omega-tv/federation';
import { QUALITY_THRESHOLD, type GlobalPatterns, type PatternData } from '@omega-tv/types';
import { pickDiverse } from './diversity.js';
import { findAlike, findKindred, findKindredTrends } from './likes.js';
import type { Reason } from './reason.js';
import { shortlist } from './shortlist.js';

/** What a TV knows when it makes a list. All but `globals` stays on the TV. */
export interface RecommendInput {
  readonly catalogue: readonly Title[];
  /** What this TV learned. */
  readonly patterns: readonly PatternData[];
  /** What a Constellation answered last, if anything. */
  readonly globals?: Pick<GlobalPatterns, 'patterns' | 'trends'>;
  /** All that was watched here; never recommended again. */
  readonly history: readonly Watched[];
  /** Unix ms; trends older than a day are left out. */
  readonly nowMs: number;
  /** Length of the list. Default 10. */
  readonly count?: number;
}

interface Watched {
  readonly titleId: string;
  readonly completed: boolean;
}

export interface Recommendation {
  readonly title: Title;
  /** 0 to 1; comparable within one list. */
  readonly score: number;
  /** What speaks for it, the strongest first; empty where nothing is known yet. */
  readonly reasons: readonly Reason[];
}

/** Length of a list. */
export const DEFAULT_COUNT = 10;
const HEARD_SHARE = 0.5;
/** For each pattern so many times the list's length are scored. */
const SHORTLIST_FACTOR = 8;
/** A reason that makes up less of the score than this is not worth telling. */
const TOLD_SHARE = 0.05;

/** The titles that suit this TV best and are not all alike, with the reasons. The best first. */
export function recommend(input: RecommendInput): readonly Recommendation[] {
  const { catalogue, history, nowMs, count = DEFAULT_COUNT } = input;
  const finished = findFinished(catalogue, history);
  const own = keepStrong(input.patterns, ({ successRate, sampleCount: n }) => {
    return (successRate * n) / (n + QUALITY_THRESHOLD.minSampleCount);
  });
  const published = input.globals?.patterns ?? [];
  const globals = {
    patterns: keepStrong(findKindred(published, finished), ({ successRate }) => successRate),
    trends: findKindredTrends(input.globals?.trends ?? [], finished, nowMs),
  };
  const watched = new Set(history.map(({ titleId }) => titleId));
  const unwatched = catalogue.filter(({ id }) => !watched.has(id));
  const heard = [...own, ...globals.patterns];
  const candidates = shortlist(unwatched, heard, SHORTLIST_FACTOR * count).map((title) => {
    const { score, reasons } = scoreContent(title, own, globals);
    return { title, embedding: title.embedding, score, why: reasons };
  });
  return pickDiverse(candidates, count).map(({ title, score, why }) => ({
    title,
    score,
    reasons: why
      .filter(({ amount }) => amount >= TOLD_SHARE * score)
      .map((reason) => toReason(reason, title, finished, published))
      .filter((reason) => reason !== undefined),
  }));
}

/**
 * The patterns that may speak for a title on the list: titles lie at 0.4 to 0.8 from the pattern
 * that speaks for them, so one of less than half the strongest one's weight is never heard.
 * Leaving those out saves most of the time that scoring takes.
 */
function keepStrong(
  patterns: readonly PatternData[],
  weigh: (pattern: PatternData) => number,
): readonly PatternData[] {
  const least = Math.max(0, ...patterns.map(weigh)) * HEARD_SHARE;
  return patterns.filter((pattern) => weigh(pattern) > 0 && weigh(pattern) >= least);
}

function findFinished(catalogue: readonly Title[], history: readonly Watched[]): readonly Title[] {
  const ids = new Set(history.filter(({ completed }) => completed).map(({ titleId }) => titleId));
  return catalogue.filter(({ id }) => ids.has(id));
}

function toReason(
  { kind, id, genre }: ScoreReason,
  title: Title,
  finished: readonly Title[],
  published: readonly PatternData[],
): Reason | undefined {
  if (kind === 'trend') return { kind: 'trend', genre };
  if (kind === 'own') return { kind: 'own', genre, alike: findAlike(title, finished) };
  const pattern = published.find((each) => each.id === id);
  return pattern && { kind: 'global', pattern };
}
