import type { RandomSource } from '@omega-tv/types';
import type { Schedule } from './faults.js';

/** These faults, one after the other; then none. */
export function inOrder<Fault>(...faults: readonly Fault[]): Schedule<Fault | None> {
  let next = 0;
  return () => faults[next++] ?? { kind: 'none' };
}

/**
 * Faults drawn at random: the same source gives the same ones.
 * @param rate the share of exchanges that are hit, 0 to 1.
 */
export function atRandom<Fault>(
  faults: readonly Fault[],
  rate: number,
  random: RandomSource,
): Schedule<Fault | None> {
  return () => {
    // Both are always drawn, so that a schedule of another rate hits with the same faults.
    const isHit = random.next() < rate;
    const fault = faults[Math.floor(random.next() * faults.length)];
    return isHit && fault !== undefined ? fault : { kind: 'none' };
  };
}

interface None {
  readonly kind: 'none';
}
