import type { SyncError } from '@omega-tv/types';
import type { Cohort } from './cohorts.js';
import type { Region } from './region.js';
import { MINUTE_S, type Scenario } from './scenarios.js';
import { Staleness } from './staleness.js';
import { emptyTally, sumTallies, tallySince, type Tally } from './tally.js';

/** Rates are counted in spans of so many seconds. */
export const BIN_S = 10;
const SAMPLE_S = 10 * MINUTE_S;

/** How a region's servers were used, in spans of `BIN_S`. */
interface RegionSeries {
  /** Exchanges tried, a second. */
  readonly attempts: readonly number[];
  /** Processor time asked for, ms a second. */
  readonly workMs: readonly number[];
}

export interface StalenessSample {
  readonly atS: number;
  readonly p50: number;
  readonly p99: number;
}

/** When the TVs that were on at the end of what happened had their next exchange; seconds after it. */
interface Return {
  readonly tvs: number;
  readonly p50S: number;
  readonly p99S: number;
  readonly lastS: number;
  /** Neither back nor switched off when the simulation ended. */
  readonly missing: number;
}

export interface Recorded {
  /** After the warm-up, of each region and of all. */
  readonly tallies: readonly Tally[];
  readonly total: Tally;
  readonly series: readonly RegionSeries[];
  readonly staleness: { readonly p50: number; readonly p99: number };
  readonly stalenessOverTime: readonly StalenessSample[];
  readonly back?: Return;
  /** Patterns of all TVs since the start; they add up. */
  readonly books: {
    readonly learned: number;
    readonly acknowledged: number;
    readonly waiting: number;
  };
}

interface RecorderOptions {
  readonly scenario: Scenario;
  readonly regions: readonly Region[];
  readonly weight: number;
}

/** Writes down what a simulation shows. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #attempts: readonly Float64Array[];
  readonly #workMs: readonly Float64Array[];
  readonly #staleness = new Staleness();
  readonly #samples: StalenessSample[] = [];
  #cohorts: readonly Cohort[] = [];
  #watched: readonly Cohort[] = [];
  #before: readonly Tally[];
  /** When each came back; NaN for not yet, undefined for who is not waited for. */
  readonly #backS = new Map<number, number>();

  constructor(options: RecorderOptions) {
    const { scenario, regions } = options;
    const bins = Math.ceil(scenario.endS / BIN_S);
    this.#options = options;
    this.#attempts = regions.map(() => new Float64Array(bins));
    this.#workMs = regions.map(() => new Float64Array(bins));
    this.#before = regions.map(emptyTally);
  }

  watch(cohorts: readonly Cohort[]): void {
    const { country, region } = this.#options.scenario.watched ?? {};
    this.#cohorts = cohorts;
    this.#watched = cohorts.filter(
      (one) =>
        (country === undefined || one.country === country) &&
        (region === undefined || one.region === region),
    );
  }

  /** A second begins, and what happens in it has happened. */
  second(second: number): void {
    const { scenario, regions } = this.#options;
    if (second === scenario.warmUpS) this.#before = regions.map(({ tally }) => ({ ...tally }));
    if (second === scenario.overAtS) {
      const watched = new Set(this.#watched);
      this.#cohorts.forEach((cohort, i) => {
        if (cohort.isOn && watched.has(cohort)) this.#backS.set(i, NaN);
      });
    }
    if (second >= scenario.warmUpS && second % SAMPLE_S === 0) {
      const sample = this.#staleness.sample(this.#watched, second);
      this.#samples.push({ atS: second, ...sample });
    }
  }

  readonly attempted = (i: number, atS: number, failure: SyncError | undefined): void => {
    const { weight, scenario } = this.#options;
    const attempts = this.#attempts[this.#cohorts[i]?.region ?? 0];
    const bin = Math.floor(atS / BIN_S);
    if (attempts !== undefined) attempts[bin] = (attempts[bin] ?? 0) + weight / BIN_S;
    if (failure === undefined && Number.isNaN(this.#backS.get(i))) {
      this.#backS.set(i, atS - (scenario.overAtS ?? 0));
    }
  };

  worked(region: number, second: number, ms: number): void {
    const work = this.#workMs[region];
    const bin = Math.floor(second / BIN_S);
    if (work !== undefined) work[bin] = (work[bin] ?? 0) + ms / BIN_S;
  }

  finish(): Recorded {
    const { regions, weight } = this.#options;
    const tallies = regions.map(({ tally }, i) =>
      tallySince(tally, this.#before[i] ?? emptyTally()),
    );
    const sum = (of: (cohort: Cohort) => number): number =>
      weight * this.#cohorts.reduce((total, cohort) => total + of(cohort), 0);
    return {
      tallies,
      total: sumTallies(tallies),
      series: regions.map((_, i) => ({
        attempts: [...(this.#attempts[i] ?? [])],
        workMs: [...(this.#workMs[i] ?? [])],
      })),
      staleness: { p50: this.#staleness.quantile(0.5), p99: this.#staleness.quantile(0.99) },
      stalenessOverTime: this.#samples,
      ...this.#return(),
      books: {
        learned: sum(({ learned }) => learned),
        acknowledged: sum(({ acknowledged }) => acknowledged),
        waiting: sum(({ waiting }) => waiting),
      },
    };
  }

  #return(): Pick<Recorded, 'back'> {
    if (this.#options.scenario.overAtS === undefined) return {};
    const { weight } = this.#options;
    const times = Float64Array.from(
      [...this.#backS.values()].filter((time) => !Number.isNaN(time)),
    ).sort();
    const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0;
    const missing = [...this.#backS].filter(
      ([i, time]) => Number.isNaN(time) && this.#cohorts[i]?.isOn === true,
    ).length;
    return {
      back: {
        ...{ tvs: weight * this.#backS.size, missing: weight * missing },
        ...{ p50S: at(0.5), p99S: at(0.99), lastS: at(1) },
      },
    };
  }
}
