import { copyOf, type MutableMap } from '../copy-on-write-map.js';
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

interface Counts {
  readonly waiting: number;
  readonly learned: number;
}

/** Of maps that a fold has left, and that nobody changes: to count them again takes as long as they are. */
const counted = new WeakMap<ReadonlyMap<string, TitleRecord>, Counts>();

/** Which titles give way to others, while a batch is folded. What it decides depends on no batch. */
export class TitleRoom {
  /** Those of the state, to be changed. */
  readonly titles: MutableMap<string, TitleRecord>;
  #waiting = 0;
  #learned = 0;

  constructor(
    before: ReadonlyMap<string, TitleRecord>,
    private readonly config: LearningConfig,
  ) {
    this.titles = copyOf(before);
    const known = counted.get(before);
    if (known === undefined) for (const { tally } of before.values()) this.#count(tally, 1);
    else ({ waiting: this.#waiting, learned: this.#learned } = known);
  }

  /** Nothing comes in any more. */
  close(): void {
    counted.set(this.titles, { waiting: this.#waiting, learned: this.#learned });
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
