import type { Candidate } from './baselines/completions.js';
import { KNOWN_COUNTS, precisionAt10, type KnownCount, type Trial } from './trials.js';

/** Precision of every trial, in the order of trials. */
export type Precisions = Readonly<Record<KnownCount, readonly number[]>>;

/** A setting of a row, on one split. */
export interface Measured {
  readonly row: string;
  /** Which of the row's settings. */
  readonly setting: string;
  readonly precisions: Precisions;
}

export function precisionsOf(
  trials: readonly Trial[],
  scoresFor: (trial: Trial) => ArrayLike<number>,
  precision: (scores: ArrayLike<number>, trial: Trial) => number = precisionAt10,
): Precisions {
  const lists = Object.fromEntries(KNOWN_COUNTS.map((count) => [count, [] as number[]]));
  for (const trial of trials) lists[trial.knownCount]?.push(precision(scoresFor(trial), trial));
  return lists as unknown as Precisions;
}

export function measureCandidate(
  row: string,
  { name, recommend }: Candidate,
  trials: readonly Trial[],
): Measured {
  return { row, setting: name, precisions: precisionsOf(trials, ({ known }) => recommend(known)) };
}

/** Viewers of the trials, in the same order. */
export function viewersOf(
  trials: readonly Trial[],
): Readonly<Record<KnownCount, readonly number[]>> {
  const entries = KNOWN_COUNTS.map((count) => [
    count,
    trials.filter(({ knownCount }) => knownCount === count).map(({ viewer }) => viewer),
  ]);
  return Object.fromEntries(entries) as Record<KnownCount, readonly number[]>;
}
