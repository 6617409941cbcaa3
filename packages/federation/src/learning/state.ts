import { HISTORY_CLASSES } from '@omega-tv/types';
import type { FoldTime } from '../fold-time.js';
import { emptyTally, type Tally } from '../tally.js';
import { startAxes, type Axes } from './axes.js';
import type { DeviceSample } from './device-sample.js';

/** A title that somebody completed. The tally's vector is laid out in `sums.ts`. */
export interface TitleRecord {
  /** The content id. */
  readonly id: string;
  readonly tally: Tally;
  /** Absent before k devices completed it. */
  readonly recent?: RecentCompletions;
  /** Of the devices that completed it within a half-life; no backup holds it. */
  readonly sample?: DeviceSample;
  /** Fold time, Unix ms: cohorts that close before it are dropped, see `barredUntil`. */
  readonly barredUntilMs?: number;
}

/** Completions of closed cohorts, decayed by the trends' half-life up to `step`. */
export interface RecentCompletions {
  readonly weight: number;
  readonly step: number;
}

/** What the server learns beside titles; each is an item with cohorts of its own. */
export type SharedItem = 'moments' | 'hits' | `history-${number}`;

/** Whole completions, no higher than 2^53 - 1, and the time that the fold has come to. */
export interface LearningCounters extends FoldTime {
  readonly completions: number;
  /** Those that were added to a title's cohort. */
  readonly completionsLearned: number;
}

/**
 * All that the learning of titles knows: plain data that structured clone and `v8.serialize` keep
 * exactly. Store each title and each shared item as a record under its id, `axes` and `counters`
 * as one record each.
 */
export interface LearningState {
  readonly titles: ReadonlyMap<string, TitleRecord>;
  readonly shared: ReadonlyMap<SharedItem, Tally>;
  readonly axes: Axes;
  readonly counters: LearningCounters;
  /** Index of the published way to score, see `SCORINGS`. */
  readonly scoring: number;
}

/** Ids of records to write, or to delete where the new state no longer has them. */
export interface LearningTouched {
  readonly titles: readonly string[];
  readonly shared: readonly SharedItem[];
}

/**
 * Where learning begins: no title, text coordinates.
 * @example
 * ```ts
 * import { emptyLearning } from '@omega-tv/federation';
 *
 * console.log(emptyLearning().axes.generation); // => 0
 * ```
 */
export function emptyLearning(): LearningState {
  const items: SharedItem[] = ['moments', 'hits'];
  for (let index = 0; index < HISTORY_CLASSES; index += 1) items.push(`history-${index}`);
  return {
    titles: new Map(),
    shared: new Map(items.map((item) => [item, emptyTally()])),
    axes: startAxes(),
    counters: { completions: 0, completionsLearned: 0, latestMs: 0, clockMs: 0 },
    scoring: 0,
  };
}
