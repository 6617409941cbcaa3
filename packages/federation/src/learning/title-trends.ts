import { isPublishedId, TREND_FRESHNESS_MS, type TrendSignal } from '@omega-tv/types';
import { decayFactor, toDecayStep } from '../decay.js';
import { ANYWHERE } from '../trend.js';
import type { Tally } from '../tally.js';
import type { LearningConfig } from './config.js';
import type { LearningState, RecentCompletions, TitleRecord } from './state.js';

/** Trends of titles that one answer in plain words has room for. */
const MAX_TITLE_TRENDS = 16;
/** Scores are published in thousandths. */
const SCORE_STEPS = 1000;

/** The recent completions of a title whose tally goes on: only a cohort that closes changes them. */
export function recentAfter(
  before: TitleRecord,
  { closed }: Tally,
  atMs: number,
  { trendHalfLifeMs }: Pick<LearningConfig, 'trendHalfLifeMs'>,
): RecentCompletions | undefined {
  const { closed: old } = before.tally;
  if (closed === old) return before.recent;
  const gained = closed.weight - old.weight * decayFactor(closed.step - old.step);
  const step = toDecayStep(atMs, trendHalfLifeMs);
  const kept = before.recent === undefined ? 0 : weightAt(before.recent, step);
  return { weight: kept + Math.max(0, gained), step };
}

/**
 * The titles that are completed most these days, strongest first, as v1 clients read them: those
 * that closed a cohort in the last 24 hours. A score is relative to the strongest. The server knows
 * no genre of a title: it is empty.
 * @example
 * ```ts
 * import { emptyLearning, titleTrends } from '@omega-tv/federation';
 *
 * console.log(titleTrends(emptyLearning())); // => []
 * ```
 */
export function titleTrends({ titles, counters }: LearningState): readonly TrendSignal[] {
  const rising = [...titles.values()].flatMap(({ id, tally, recent }) => {
    const isFresh = counters.latestMs - tally.closed.lastClosedMs < TREND_FRESHNESS_MS;
    // Ids of what a server publishes name no title.
    return recent === undefined || !isFresh || isPublishedId(id) ? [] : [{ id, tally, recent }];
  });
  // One common step, not the time of publication: time alone changes no score.
  const step = rising.reduce((latest, { recent }) => Math.max(latest, recent.step), 0);
  const highest = rising.reduce((most, { recent }) => Math.max(most, weightAt(recent, step)), 0);
  return rising
    .map(({ id, tally, recent }) => ({
      contentId: id,
      score: Math.round((weightAt(recent, step) / highest) * SCORE_STEPS) / SCORE_STEPS,
      region: ANYWHERE,
      genre: '',
      calculatedAt: new Date(tally.closed.lastClosedClockMs).toISOString(),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.contentId < b.contentId ? -1 : 1))
    .slice(0, MAX_TITLE_TRENDS);
}

function weightAt(recent: RecentCompletions, step: number): number {
  return recent.weight * decayFactor(step - recent.step);
}
