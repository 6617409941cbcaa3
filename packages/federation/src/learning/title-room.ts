import { toDecayStep } from '../decay.js';
import { weightAt, type Tally } from '../tally.js';
import type { LearningConfig } from './config.js';
import type { TitleRecord } from './state.js';

/** Of the titles that there is room for, this part goes at once, so that room is rarely made. */
const PART_THAT_GOES = 1 / 16;

/** True once k devices have closed a cohort of it. */
export function isLearned({ closed }: Tally): boolean {
  return closed.weight > 0;
}

/** Which titles give way to others, while a batch is folded. What it decides depends on no batch. */
export class TitleRoom {
  #waiting = 0;
  #learned = 0;

  constructor(
    private readonly titles: Map<string, TitleRecord>,
    private readonly config: LearningConfig,
  ) {
    for (const { tally } of titles.values()) this.#count(tally, 1);
  }

  /**
   * Takes a record in. Where that is one too many, titles that wait go in the order of how few
   * devices stand behind them, then of age; titles that k devices closed in that of completions.
   * @returns ids of those that went.
   */
  put(record: TitleRecord, atMs: number): readonly string[] {
    const before = this.titles.get(record.id);
    if (before !== undefined) this.#count(before.tally, -1);
    this.titles.set(record.id, record);
    this.#count(record.tally, 1);
    const { maxTitles, maxWaitingTitles, halfLifeMs } = this.config;
    if (this.#learned > maxTitles) {
      const step = toDecayStep(atMs, halfLifeMs);
      return this.#shrink(true, maxTitles, ({ tally }) => weightAt(tally, step));
    }
    if (this.#waiting > maxWaitingTitles) return this.#shrink(false, maxWaitingTitles, devicesOf);
    return [];
  }

  #shrink(
    learned: boolean,
    limit: number,
    strengthOf: (record: TitleRecord) => number,
  ): readonly string[] {
    const standings = [...this.titles.values()]
      .filter(({ tally }) => isLearned(tally) === learned)
      .map((record) => ({ record, strength: strengthOf(record), openedAtMs: openedAt(record) }))
      .sort(
        (a, b) =>
          a.strength - b.strength ||
          a.openedAtMs - b.openedAtMs ||
          (a.record.id < b.record.id ? -1 : 1),
      );
    const excess = standings.length - limit + Math.floor(limit * PART_THAT_GOES);
    return standings.slice(0, excess).map(({ record }) => {
      this.titles.delete(record.id);
      this.#count(record.tally, -1);
      return record.id;
    });
  }

  #count(tally: Tally, change: 1 | -1): void {
    if (isLearned(tally)) this.#learned += change;
    else this.#waiting += change;
  }
}

function devicesOf({ tally }: TitleRecord): number {
  return tally.open.reduce((most, { devices }) => Math.max(most, devices.size), 0);
}

function openedAt({ tally }: TitleRecord): number {
  return tally.open.reduce((first, { openedAtMs }) => Math.min(first, openedAtMs), Infinity);
}
