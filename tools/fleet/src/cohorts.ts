import { RetryBudget, SYNC_LOOP_DEFAULTS, WaitPlan, type Wait } from '@omega-tv/client';
import type { RandomSource } from '@omega-tv/types';
import type { Country } from './countries.js';

const NO_WAIT: Wait = { delayMs: 0, floorMs: 0, reason: 'start' };

/** Where a cohort's TVs are, and when they are on. */
interface Place {
  readonly country: number;
  readonly region: number;
  /** It is on while more than this share of its country's TVs are. */
  readonly threshold: number;
}

/**
 * A number of TVs of one country that do the same at the same time: what one TV does, so many times.
 * A class, so that all have one shape: their fields are read a billion times.
 */
export class Cohort implements Place {
  readonly country: number;
  readonly region: number;
  readonly threshold: number;
  /** The product's own rules of when a TV tries again. */
  plan: WaitPlan;
  budget: RetryBudget;
  isOn = false;
  /** Everybody watches: it stays on, whatever the hour. */
  isHeldOn = false;
  /** The mains are out. */
  isCut = false;
  isMet = false;
  /** The wait that runs. */
  wait = NO_WAIT;
  /** What a server asked to be waited for lasts until then, off or on. */
  floorUntilS = 0;
  /** Patterns that wait, of one TV. */
  waiting = 0;
  learned = 0;
  acknowledged = 0;
  held = 0;
  /** Until when it has been looked for what was learned. */
  learnedUntilS = 0;
  lastSuccessS = 0;

  constructor({ country, region, threshold }: Place, random: RandomSource) {
    this.country = country;
    this.region = region;
    this.threshold = threshold;
    this.budget = new RetryBudget(SYNC_LOOP_DEFAULTS.retryBudget);
    this.plan = new WaitPlan(SYNC_LOOP_DEFAULTS, this.budget, random);
  }

  /** It was off, and has forgotten how often it failed. */
  restart(random: RandomSource): void {
    this.budget = new RetryBudget(SYNC_LOOP_DEFAULTS.retryBudget);
    this.plan = new WaitPlan(SYNC_LOOP_DEFAULTS, this.budget, random);
  }
}

/** Deals cohorts out to countries by their shares, and to hours of viewing evenly. */
export function createCohorts(
  countries: readonly Country[],
  count: number,
  random: RandomSource,
): readonly Cohort[] {
  const cohorts: Cohort[] = [];
  let share = 0;
  countries.forEach(({ region, share: part }, country) => {
    const first = cohorts.length;
    share += part;
    const last = Math.round(share * count);
    for (let i = first; i < last; i += 1) {
      const threshold = (i - first + 0.5) / (last - first);
      cohorts.push(new Cohort({ country, region, threshold }, random));
    }
  });
  return cohorts;
}
