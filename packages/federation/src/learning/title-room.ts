import type { CohortKeys } from '../cohort.js';
import { toDecayStep } from '../decay.js';
import { weightAt, type Tally } from '../tally.js';
import type { LearningConfig } from './config.js';
import type { TitleRecord } from './state.js';

/** One device is alone behind this part of the titles that wait at most, then it displaces its own. */
const OWN_PART = 1 / 4;

/** True once k devices have closed a cohort of it. */
export function isLearned({ closed }: Tally): boolean {
  return closed.weight > 0;
}

/** Which titles give way to others, while a batch is folded. */
export class TitleRoom {
  constructor(
    private readonly titles: Map<string, TitleRecord>,
    private readonly keys: CohortKeys,
    private readonly config: LearningConfig,
  ) {}

  /**
   * Removes what gives way to a title that is new here: of those that wait, first what its device
   * alone stands behind, where that is a quarter of all; then what fewest devices do; then the oldest.
   * @returns ids of those removed.
   */
  makeRoom(record: TitleRecord, { deviceId }: { readonly deviceId: string }): readonly string[] {
    if (this.titles.has(record.id) || isLearned(record.tally)) return [];
    const waiting = [...this.titles.values()].filter(({ tally }) => !isLearned(tally));
    const { maxWaitingTitles } = this.config;
    const ownLimit = Math.max(1, maxWaitingTitles * OWN_PART);
    if (waiting.length < ownLimit) return [];
    const own = waiting.filter(({ tally }) => this.#standsAlone(tally, deviceId));
    const isCrowding = own.length >= ownLimit;
    if (waiting.length < maxWaitingTitles && !isCrowding) return [];
    const weakest = (isCrowding ? own : waiting).reduce(weakerOf);
    this.titles.delete(weakest.id);
    return [weakest.id];
  }

  /** Removes the least completed title where one more has closed than there is room for. */
  afterClosing(before: Tally, after: Tally, atMs: number): readonly string[] {
    if (isLearned(before) || !isLearned(after)) return [];
    const step = toDecayStep(atMs, this.config.halfLifeMs);
    let [learned, least, leastWeight] = [0, '', Infinity];
    for (const { id, tally } of this.titles.values()) {
      if (!isLearned(tally)) continue;
      learned += 1;
      const weight = weightAt(tally, step);
      if (weight > leastWeight || (weight === leastWeight && id > least)) continue;
      [least, leastWeight] = [id, weight];
    }
    if (learned <= this.config.maxTitles) return [];
    this.titles.delete(least);
    return [least];
  }

  #standsAlone({ open }: Tally, deviceId: string): boolean {
    return open.every(
      ({ key, devices }) => devices.size === 1 && devices.has(this.keys.tagDevice(key, deviceId)),
    );
  }
}

/** Fewer devices, then older, then the first id. */
function weakerOf(a: TitleRecord, b: TitleRecord): TitleRecord {
  const order = devicesOf(a) - devicesOf(b) || openedAt(a) - openedAt(b);
  return order < 0 || (order === 0 && a.id < b.id) ? a : b;
}

function devicesOf({ tally }: TitleRecord): number {
  return tally.open.reduce((most, { devices }) => Math.max(most, devices.size), 0);
}

function openedAt({ tally }: TitleRecord): number {
  return tally.open.reduce((first, { openedAtMs }) => Math.min(first, openedAtMs), Infinity);
}
