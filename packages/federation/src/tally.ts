import {
  isComplete,
  isExpired,
  joinCohort,
  openCohort,
  type Cohort,
  type CohortKeys,
  type CohortRules,
  type Share,
  type Sums,
} from './cohort.js';
import { decayFactor, toDecayStep } from './decay.js';
import { blend } from './vector.js';

/** Whole hours: the instant of closing is that of one TV's push. */
const CLOSING_GRID_MS = 60 * 60 * 1000;
/** What is left of a closed sum below this (in samples) is noise: the record may go. */
const FADED_WEIGHT = 0.01;

/** Sums of closed cohorts, decayed up to `step` (see toDecayStep). */
export interface ClosedSums extends Sums {
  readonly step: number;
  /** When the last cohort closed, in whole hours of fold time (Unix ms); 0 before the first. */
  readonly lastClosedMs: number;
  /** The same by the clock, for show. */
  readonly lastClosedClockMs: number;
}

/** What is known of one cluster or trend. Only `closed` is ever published. */
export interface Tally {
  readonly closed: ClosedSums;
  /** Contributions go to the first; only a merge leaves more than one. */
  readonly open: readonly Cohort[];
}

export function emptyTally(): Tally {
  const sums = { vector: new Float64Array(0), weight: 0, samples: 0 };
  return { closed: { ...sums, step: 0, lastClosedMs: 0, lastClosedClockMs: 0 }, open: [] };
}

/** Adds a device's share; the cohort it completes is closed, its key and tags dropped. */
export function addShare(tally: Tally, share: Share, keys: CohortKeys, rules: CohortRules): Tally {
  const waiting = tally.open.filter((cohort) => !isExpired(cohort, share.atMs, rules));
  const [cohort = openCohort(keys, share.atMs), ...others] = waiting;
  const joined = joinCohort(cohort, share, keys, rules);
  if (joined === cohort) return tally;
  if (!isComplete(joined, rules)) return { closed: tally.closed, open: [joined, ...others] };
  return { closed: addClosed(tally.closed, close(joined, share, rules)), open: others };
}

function close({ vector, weight, samples }: Cohort, last: Share, rules: CohortRules): ClosedSums {
  return {
    vector,
    weight,
    samples,
    step: toDecayStep(last.atMs, rules.halfLifeMs),
    lastClosedMs: toClosingGrid(last.atMs),
    lastClosedClockMs: toClosingGrid(last.clockMs),
  };
}

function toClosingGrid(ms: number): number {
  return Math.floor(ms / CLOSING_GRID_MS) * CLOSING_GRID_MS;
}

/** Both sums as of the later step. */
export function addClosed(a: ClosedSums, b: ClosedSums): ClosedSums {
  const step = Math.max(a.step, b.step);
  const scaleA = decayFactor(step - a.step);
  const scaleB = decayFactor(step - b.step);
  return {
    vector: blend(a.vector, scaleA, b.vector, scaleB),
    weight: a.weight * scaleA + b.weight * scaleB,
    samples: a.samples * scaleA + b.samples * scaleB,
    step,
    lastClosedMs: Math.max(a.lastClosedMs, b.lastClosedMs),
    // A clock that was wrong may have shown a later time before.
    lastClosedClockMs: a.lastClosedMs > b.lastClosedMs ? a.lastClosedClockMs : b.lastClosedClockMs,
  };
}

/** What the closed weight is worth at a step. */
export function weightAt({ closed }: Tally, step: number): number {
  return closed.weight * decayFactor(step - closed.step);
}

/** Without its expired cohorts (the same object if none); undefined when nothing is left. */
export function pruneTally(tally: Tally, nowMs: number, rules: CohortRules): Tally | undefined {
  const open = tally.open.filter((cohort) => !isExpired(cohort, nowMs, rules));
  const left = weightAt(tally, toDecayStep(nowMs, rules.halfLifeMs));
  if (open.length === 0 && left < FADED_WEIGHT) return undefined;
  return open.length === tally.open.length ? tally : { closed: tally.closed, open };
}
