import type { RandomSource, SyncError } from '@omega-tv/types';
import type { Assumptions } from './assumptions.js';
import { Calendar } from './calendar.js';
import { createCohorts, type Cohort } from './cohorts.js';
import { drawLearned } from './learning.js';
import type { Region } from './region.js';
import { Rhythm } from './rhythm.js';
import { MINUTE_S, type FleetEvent, type Scenario } from './scenarios.js';

export interface FleetOptions {
  readonly scenario: Pick<Scenario, 'countries' | 'startHourUtc' | 'endS'>;
  readonly cohorts: number;
  /** TVs that each cohort stands for. */
  readonly weight: number;
  readonly assumptions: Assumptions;
  readonly regions: readonly Region[];
  readonly random: RandomSource;
  /** True where nobody has met a server yet, and all are switched on at the start. */
  readonly isNew: boolean;
  readonly firstVersion: number;
  /** Told of each attempt. */
  readonly onAttempt: (cohort: number, atS: number, failure: SyncError | undefined) => void;
}

/** The TVs: when each is on, learns, and exchanges. */
export class Fleet {
  readonly cohorts: readonly Cohort[];
  readonly #options: FleetOptions;
  readonly #calendar: Calendar;
  readonly #rhythm: Rhythm;
  #newest: number;

  constructor(options: FleetOptions) {
    const { scenario, cohorts, assumptions, random, firstVersion } = options;
    this.#options = options;
    this.#newest = firstVersion;
    this.#rhythm = new Rhythm(assumptions);
    this.cohorts = createCohorts(scenario.countries, cohorts, random);
    this.#calendar = new Calendar(2 * this.cohorts.length, scenario.endS);
    this.cohorts.forEach((cohort, i) => {
      if (options.isNew) this.#switchOn(cohort, i, 0);
      else this.#join(cohort, i);
    });
  }

  publish(): void {
    this.#newest += 1;
    for (const region of this.#options.regions) region.published(this.#newest);
  }

  /** Does what is due within a second. */
  step(second: number): void {
    this.#calendar.take(second, (thing, atS) => {
      const i = thing >> 1;
      const cohort = this.cohorts[i];
      if (cohort === undefined) return;
      if (thing % 2 === 0) this.#exchange(cohort, i, atS);
      else this.#follow(cohort, i, atS);
    });
  }

  happens(event: FleetEvent): void {
    const { regions, random } = this.#options;
    switch (event.kind) {
      case 'servers':
        regions.forEach(({ site }, i) => {
          if (event.region === undefined || event.region === i) site.trouble = event.trouble;
        });
        return;
      case 'cdn-flush':
        for (const region of regions) region.flushCdn();
        return;
      case 'power-out':
      case 'power-back':
        this.#each(event.country, (cohort, i) => {
          cohort.isCut = event.kind === 'power-out';
          this.#follow(cohort, i, event.atS);
        });
        return;
      case 'everybody-on':
        this.#each(event.country, (cohort, i) => {
          cohort.isHeldOn = true;
          const delayS = random.next() * event.withinS;
          this.#calendar.set(2 * i + 1, event.atS + delayS);
        });
    }
  }

  #each(country: number, work: (cohort: Cohort, i: number) => void): void {
    this.cohorts.forEach((cohort, i) => {
      if (cohort.country === country) work(cohort, i);
    });
  }

  /** A TV that has been there for long, at any point of its round. */
  #join(cohort: Cohort, i: number): void {
    const { random, scenario } = this.#options;
    const { plan } = cohort;
    cohort.isMet = true;
    cohort.held = this.#newest;
    cohort.wait = plan.afterSuccess(undefined);
    const delayS = random.next() * (cohort.wait.delayMs / 1000);
    cohort.lastSuccessS = delayS - cohort.wait.delayMs / 1000;
    cohort.learnedUntilS = cohort.lastSuccessS;
    const minute = this.#localMinute(cohort, 0);
    cohort.isOn = this.#rhythm.isOn(cohort.threshold, minute);
    if (cohort.isOn) this.#calendar.set(2 * i, delayS);
    const minutes = this.#rhythm.minutesToSwitch(cohort.threshold, minute);
    if (minutes * MINUTE_S < scenario.endS) {
      this.#calendar.set(2 * i + 1, (minutes + random.next()) * MINUTE_S);
    }
  }

  /** Is on or off as the hour, the mains and the programme want it. */
  #follow(cohort: Cohort, i: number, atS: number): void {
    const minute = this.#localMinute(cohort, atS);
    const wants = cohort.isHeldOn || this.#rhythm.isOn(cohort.threshold, minute);
    const isOn = wants && !cohort.isCut;
    if (isOn && !cohort.isOn) this.#switchOn(cohort, i, atS);
    if (!isOn && cohort.isOn) {
      cohort.isOn = false;
      this.#calendar.cancel(2 * i);
    }
    if (cohort.isHeldOn) return;
    const minutes = this.#rhythm.minutesToSwitch(cohort.threshold, minute);
    const intoS = this.#options.random.next() * MINUTE_S;
    this.#calendar.set(2 * i + 1, (Math.floor(atS / MINUTE_S) + minutes) * MINUTE_S + intoS);
  }

  #switchOn(cohort: Cohort, i: number, atS: number): void {
    cohort.isOn = true;
    cohort.restart(this.#options.random);
    cohort.learnedUntilS = atS;
    const keptMs = 1000 * Math.max(0, cohort.floorUntilS - atS);
    cohort.wait = cohort.plan.toStart(keptMs);
    this.#calendar.set(2 * i, atS + cohort.wait.delayMs / 1000);
  }

  #exchange(cohort: Cohort, i: number, atS: number): void {
    const { assumptions, regions, random, weight, onAttempt } = this.#options;
    const region = regions[cohort.region];
    if (region === undefined) return;
    const { plan, budget } = cohort;
    const learned = drawLearned(assumptions, atS - cohort.learnedUntilS, random);
    cohort.learnedUntilS = atS;
    cohort.learned += learned;
    cohort.waiting += learned;
    budget.waited(cohort.wait.delayMs);
    const newest = this.#newest;
    const { waiting: patterns, isMet, held } = cohort;
    const asked = region.exchange({ count: weight, patterns, isMet, held, newest });
    cohort.waiting -= asked.acknowledged;
    cohort.acknowledged += asked.acknowledged;
    cohort.isMet = asked.isMet;
    if (asked.failure === undefined) {
      cohort.held = newest;
      cohort.lastSuccessS = atS;
      cohort.wait = plan.afterSuccess(asked.window);
    } else {
      cohort.wait = plan.afterFailure(asked.failure);
    }
    const dueS = atS + cohort.wait.delayMs / 1000;
    cohort.floorUntilS = cohort.wait.floorMs > 0 ? dueS : 0;
    this.#calendar.set(2 * i, dueS);
    onAttempt(i, atS, asked.failure);
  }

  #localMinute({ country }: Cohort, atS: number): number {
    const { countries, startHourUtc } = this.#options.scenario;
    const hours = startHourUtc + (countries[country]?.utcOffsetHours ?? 0);
    return Math.floor(60 * hours + atS / MINUTE_S);
  }
}
