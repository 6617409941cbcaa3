import type { Snapshot } from './snapshot.js';

/** Codings that look for the number of patterns that fit; each takes as long as what it codes. */
const MAX_COUNTS = 4;

interface Counting {
  readonly coarsest: (count: number) => Snapshot;
  readonly overshoot: (snapshot: Snapshot) => number;
  /** The snapshot without patterns, which fits. */
  readonly least: Snapshot;
  readonly budgetBytes: number;
  /** Of all patterns. */
  readonly count: number;
  /** What a pattern may take. */
  readonly bytesEach: number;
}

/**
 * The snapshot of the first patterns that fit at the coarsest step: their number is guessed, then
 * corrected by what they took, so that the work is a few times what fits, however many there are.
 */
export function mostFitting(counting: Counting): Snapshot {
  const { coarsest, overshoot, least, budgetBytes, count } = counting;
  const bareBytes = budgetBytes + overshoot(least);
  let [best, fitting, tooMany] = [least, 0, count + 1];
  let { bytesEach } = counting;
  for (
    let coding = 0;
    (coding < MAX_COUNTS || fitting === 0) && tooMany - fitting > 1;
    coding += 1
  ) {
    const guess = Math.floor((budgetBytes - bareBytes) / bytesEach);
    const next = Math.min(Math.max(guess, fitting + 1), tooMany - 1);
    const snapshot = coarsest(next);
    const excess = overshoot(snapshot);
    if (excess <= 0) [best, fitting] = [snapshot, next];
    else tooMany = next;
    bytesEach = (budgetBytes + excess - bareBytes) / next;
    if (excess <= 0 && -excess < bytesEach) break;
  }
  return best;
}
