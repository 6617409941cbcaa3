import { cosineSimilarity } from '@omega-tv/embedding-codec';
import {
  isFresh,
  isPublishedId,
  QUALITY_THRESHOLD,
  type GlobalPatterns,
  type PatternData,
  type TrendSignal,
} from '@omega-tv/types';

/** Own samples at which a pattern is believed half: the least that may leave a TV. */
const HALF_BELIEVED_SAMPLES = QUALITY_THRESHOLD.minSampleCount;
/** Share of the score that trends may make up: a nudge between like titles, no more. */
const TREND_SHARE = 0.1;

/** What is to be recommended, or not. */
export interface ScorableContent {
  readonly embedding: Float32Array;
  readonly genres: readonly string[];
}

export interface ScoreOptions {
  /** The TV's region (ISO 3166-1 alpha-2): trends of other regions are left out. Default: none are. */
  readonly region?: string;
  /** Unix ms: trends older than 24 hours are left out. Default: none are. */
  readonly nowMs?: number;
}

/** Why a content has its score: what spoke for it, and how much of the score that is. */
export interface ScoreReason {
  readonly kind: 'own' | 'global' | 'trend';
  /** Id of the pattern, or content id of the trend. */
  readonly id: string;
  readonly genre: string;
  readonly amount: number;
}

export interface ContentScore {
  /** 0 to 1; the sum of the reasons' amounts. */
  readonly score: number;
  /** The greatest first. */
  readonly reasons: readonly ScoreReason[];
}

/**
 * How well a content suits a TV, from its own patterns and what it got from a Constellation;
 * either may be missing.
 *
 * A pattern speaks for a content with max(0, cosine) x success rate. Own patterns count with
 * belief n / (n + 10), n their samples; the best one speaks. Global patterns share what the TV's
 * best-known pattern leaves, 1 - belief: a new TV follows the others, an old one itself. A trend
 * of one of the content's genres takes 0.1 x its score.
 * @example
 * ```ts
 * import { scoreContent } from '@omega-tv/federation';
 *
 * const embedding = new Float32Array(384).fill(0.05);
 * const own = [{ id: 'p1', genre: 'drama', embedding, successRate: 0.8, sampleCount: 10 }];
 * const { score, reasons } = scoreContent({ embedding, genres: ['drama'] }, own);
 * console.log(score.toFixed(2), reasons[0].kind); // => 0.36 own
 * ```
 */
export function scoreContent(
  content: ScorableContent,
  ownPatterns: readonly PatternData[],
  globals?: Pick<GlobalPatterns, 'patterns' | 'trends'>,
  options: ScoreOptions = {},
): ContentScore {
  // Patterns from the server may lie in the TV's own store too: they are not its own evidence.
  const own = ownPatterns.filter(({ id }) => !isPublishedId(id));
  const believed = own.reduce((most, pattern) => Math.max(most, belief(pattern)), 0);
  const patternShare = 1 - TREND_SHARE;
  const reasons = [
    findBest('own', content, own, (pattern) => patternShare * belief(pattern)),
    findBest('global', content, globals?.patterns ?? [], () => patternShare * (1 - believed)),
    findTrend(content, globals?.trends ?? [], options),
  ]
    .filter((reason) => reason !== undefined)
    .sort((a, b) => b.amount - a.amount);
  return { score: reasons.reduce((sum, { amount }) => sum + amount, 0), reasons };
}

/** 0 to 1, growing with the samples behind a pattern. */
function belief({ sampleCount }: PatternData): number {
  return sampleCount / (sampleCount + HALF_BELIEVED_SAMPLES);
}

function findBest(
  kind: 'own' | 'global',
  content: ScorableContent,
  patterns: readonly PatternData[],
  weigh: (pattern: PatternData) => number,
): ScoreReason | undefined {
  const amounts = patterns.map((pattern) => {
    const similarity = Math.min(
      Math.max(cosineSimilarity(content.embedding, pattern.embedding), 0),
      1,
    );
    return similarity * pattern.successRate * weigh(pattern);
  });
  const best = Math.max(0, ...amounts);
  const pattern = patterns[amounts.indexOf(best)];
  if (best === 0 || pattern === undefined) return undefined;
  return { kind, id: pattern.id, genre: pattern.genre, amount: best };
}

function findTrend(
  content: ScorableContent,
  trends: readonly TrendSignal[],
  { region, nowMs }: ScoreOptions,
): ScoreReason | undefined {
  const genres = new Set(content.genres);
  const [best] = trends
    .filter((trend) => genres.has(trend.genre))
    .filter((trend) => region === undefined || trend.region === region || trend.region === 'ZZ')
    .filter((trend) => nowMs === undefined || isFresh(trend, nowMs))
    .sort((a, b) => b.score - a.score);
  if (best === undefined || !(best.score > 0)) return undefined;
  const amount = TREND_SHARE * Math.min(best.score, 1);
  return { kind: 'trend', id: best.contentId, genre: best.genre, amount };
}
