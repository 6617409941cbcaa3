import { advanceTime } from '../fold-time.js';
import { decayFactor, toDecayStep } from '../decay.js';
import { pruneTally, weightAt, type Tally } from '../tally.js';
import { isWeak, renewAxes, type Axes } from './axes.js';
import { chooseScoring } from './choose-scoring.js';
import type { LearningConfig } from './config.js';
import { sharedRules, titleRules } from './fold-completions.js';
import { FACTORS, HISTORY_CLASSES, type PublishedFactors } from '@omega-tv/types';
import { isOver } from './device-sample.js';
import { titleSolver } from './solve-title.js';
import type { LearningState, LearningTouched, SharedItem, TitleRecord } from './state.js';
import { readMoments, rotateFactors, rotateMoments, rotateTally, type Moments } from './sums.js';
import { isLearned } from './title-room.js';

export interface TitlePublication {
  readonly state: LearningState;
  readonly touched: LearningTouched;
  /** Null while fewer than k devices, or too few viewer factors, stand behind the sums. */
  readonly factors: PublishedFactors | null;
}

/** Fewer viewer factors than this say too little of 32 axes for a first generation. */
const LEAST_FOR_AXES = 4 * FACTORS;
/** Axes are renewed once the variance along one of them has left this range around 1. */
const VARIANCE_RANGE = { least: 0.4, most: 2.5 } as const;

/**
 * Computes title factors from what closed cohorts say: for each title a shrunken mean of the viewers
 * that completed it, see `titleSolver`. On the way it forgets what has expired or
 * faded, and renews axes that no longer whiten.
 * @param nowMs Unix ms, by the clock that gave the completions their receive times.
 * @example
 * ```ts
 * import { createLearningConfig, emptyLearning, publishTitleFactors } from '@omega-tv/federation';
 *
 * const config = createLearningConfig();
 * const { factors } = publishTitleFactors(emptyLearning(), Date.UTC(2026, 10, 22), config);
 * console.log(factors); // => null
 * ```
 */
export function publishTitleFactors(
  state: LearningState,
  nowMs: number,
  config: LearningConfig,
): TitlePublication {
  const tidied = tidyLearning(state, nowMs, config);
  const { axes } = tidied.state;
  const step = stepOf(tidied.state, config);
  const moments = momentsOf(tidied.state, step);
  if (!(moments.count > 0) || axes.generation === 0) return { ...tidied, factors: null };
  return { ...tidied, factors: factorsOf(tidied.state, moments, step, config) };
}

/**
 * The first half of `publishTitleFactors`, all that changes the state: forgets what has expired or
 * faded, renews axes that no longer whiten, chooses how to score.
 */
export function tidyLearning(
  state: LearningState,
  nowMs: number,
  config: LearningConfig,
): Omit<TitlePublication, 'factors'> {
  const time = advanceTime(state.counters, nowMs, config);
  const pruned = prune(state, time.latestMs, config);
  const moments = momentsOf(pruned, toDecayStep(time.latestMs, config.halfLifeMs));
  const renewed = needsAxes(pruned.axes, moments) ? rotate(pruned, moments) : pruned;
  const next = {
    ...renewed,
    counters: { ...state.counters, ...time },
    scoring: chooseScoring(state.scoring, state.shared.get('hits')),
  };
  return { state: next, touched: changesOf(state, next) };
}

function stepOf({ counters }: LearningState, { halfLifeMs }: LearningConfig): number {
  return toDecayStep(counters.latestMs, halfLifeMs);
}

function momentsOf({ shared }: LearningState, step: number): Moments {
  const closed = shared.get('moments')?.closed;
  const vector = closed?.vector ?? new Float64Array(0);
  return readMoments(vector, decayFactor(step - (closed?.step ?? step)));
}

function factorsOf(
  state: LearningState,
  moments: Moments,
  step: number,
  config: LearningConfig,
): PublishedFactors {
  const { axes, titles, shared, scoring } = state;
  const solve = titleSolver(axes, moments, config);
  const published = [...titles.values()]
    .filter(({ tally }) => isLearned(tally))
    .map(({ id, tally }) => ({
      contentId: id,
      count: weightAt(tally, step),
      coordinates: solve(tally.closed.vector, decayFactor(step - tally.closed.step)),
    }))
    .sort((a, b) => b.count - a.count || (a.contentId < b.contentId ? -1 : 1));
  const meanViewers = Array.from({ length: HISTORY_CLASSES }, (_, index) =>
    meanViewer(shared.get(`history-${index}`)),
  );
  return {
    generation: axes.generation,
    weights: axes.weights,
    titles: published,
    meanViewers,
    scoring,
  };
}

function meanViewer(tally: Tally | undefined): Float64Array {
  const vector = tally?.closed.vector ?? new Float64Array(0);
  const count = vector[FACTORS] ?? 0;
  const mean = new Float64Array(FACTORS);
  return count > 0 ? mean.map((_, axis) => (vector[axis] ?? 0) / count) : mean;
}

function needsAxes(axes: Axes, { squares, count }: Moments): boolean {
  if (count < LEAST_FOR_AXES) return false;
  if (axes.generation === 0) return true;
  for (let axis = 0; axis < FACTORS; axis += 1) {
    const variance = squares[axis * FACTORS + axis] ?? 0;
    if (variance > VARIANCE_RANGE.most) return true;
    if (variance < VARIANCE_RANGE.least && !isWeak(axes, axis)) return true;
  }
  return false;
}

/** Axes that whiten, and all sums in their coordinates. */
function rotate(state: LearningState, moments: Moments): LearningState {
  const axes = renewAxes(state.axes, moments.squares);
  const { fromPrevious } = axes;
  const titles = new Map(
    [...state.titles].map(([id, record]) => [
      id,
      { ...record, tally: rotateTally(record.tally, fromPrevious, rotateFactors) },
    ]),
  );
  const shared = new Map(
    [...state.shared].map(([item, tally]) => {
      if (item === 'hits') return [item, tally];
      const turn = item === 'moments' ? rotateMoments : rotateFactors;
      return [item, rotateTally(tally, fromPrevious, turn)];
    }),
  );
  return { ...state, axes, titles, shared };
}

function prune(state: LearningState, nowMs: number, config: LearningConfig): LearningState {
  const titles = new Map<string, TitleRecord>();
  for (const [id, record] of state.titles) {
    const tally = pruneTally(record.tally, nowMs, titleRules(config));
    if (tally === undefined) continue;
    const { sample, ...rest } = record;
    const isSampleOver = sample !== undefined && isOver(sample, nowMs, config);
    const kept = isSampleOver ? rest : record;
    titles.set(id, tally === record.tally ? kept : { ...kept, tally });
  }
  const shared = new Map<SharedItem, Tally>();
  for (const [item, before] of state.shared) {
    const tally = pruneTally(before, nowMs, sharedRules(config));
    if (tally !== undefined) shared.set(item, tally);
  }
  return { ...state, titles, shared };
}

/** Ids whose record is another one, or gone. A publication adds none. */
function changesOf(before: LearningState, after: LearningState): LearningTouched {
  return {
    titles: [...before.titles].filter(([id, item]) => after.titles.get(id) !== item).map(idOf),
    shared: [...before.shared].filter(([id, item]) => after.shared.get(id) !== item).map(idOf),
  };
}

function idOf<Id>([id]: readonly [Id, unknown]): Id {
  return id;
}
