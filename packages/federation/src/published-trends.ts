import { TREND_FRESHNESS_MS, type PatternData, type TrendSignal } from '@omega-tv/types';
import type { Trend } from './state.js';
import { weightAt } from './tally.js';

/** Scores are published in thousandths. */
const SCORE_STEPS = 1000;

/**
 * The trends that the closed sums publish, strongest first: those that closed a cohort in the last
 * 24 hours, in genres that have a published pattern. A score is relative to the strongest trend.
 * @param patterns as published, strongest first.
 * @param foldMs fold time: a clock that jumps makes nothing stale that it has not lived through.
 */
export function toTrends(
  trends: ReadonlyMap<string, Trend>,
  patterns: readonly PatternData[],
  foldMs: number,
): readonly TrendSignal[] {
  const strongest = new Map([...patterns].reverse().map(({ genre, id }) => [genre, id]));
  const rising = [...trends.values()].filter(
    ({ genre, tally }) =>
      tally.closed.weight > 0 &&
      strongest.has(genre) &&
      foldMs - tally.closed.lastClosedMs < TREND_FRESHNESS_MS,
  );
  // One common step, not the time of publication: time alone changes no score.
  const step = rising.reduce((latest, { tally }) => Math.max(latest, tally.closed.step), 0);
  const highest = rising.reduce((most, { tally }) => Math.max(most, weightAt(tally, step)), 0);
  return rising
    .map(({ id, region, genre, tally }) => ({
      id,
      contentId: strongest.get(genre) ?? '',
      score: Math.round((weightAt(tally, step) / highest) * SCORE_STEPS) / SCORE_STEPS,
      region,
      genre,
      calculatedAt: new Date(tally.closed.lastClosedClockMs).toISOString(),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .map(({ id: _, ...signal }) => signal);
}
