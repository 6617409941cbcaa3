import type { Cohort } from './cohorts.js';

const BIN_S = 10;
const BINS = 8640;

/** How old what TVs hold is: since the last exchange that ended well. Of those that are on. */
export class Staleness {
  readonly #counts = new Float64Array(BINS);
  #total = 0;

  /** @returns the p50 and p99 at this time, in seconds. */
  sample(cohorts: Iterable<Cohort>, atS: number): { readonly p50: number; readonly p99: number } {
    const now = new Staleness();
    for (const { isOn, lastSuccessS } of cohorts) {
      if (isOn) now.#add(atS - lastSuccessS, 1);
    }
    now.#counts.forEach((count, bin) => {
      if (count > 0) this.#add(bin * BIN_S, count);
    });
    return { p50: now.quantile(0.5), p99: now.quantile(0.99) };
  }

  /** Seconds. */
  quantile(share: number): number {
    let left = share * this.#total;
    for (let bin = 0; bin < BINS; bin += 1) {
      left -= this.#counts[bin] ?? 0;
      if (left <= 0) return bin * BIN_S;
    }
    return BINS * BIN_S;
  }

  #add(ageS: number, count: number): void {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(ageS / BIN_S)));
    this.#counts[bin] = (this.#counts[bin] ?? 0) + count;
    this.#total += count;
  }
}
