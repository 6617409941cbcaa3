import type { Measured } from './evaluate.js';
import { byKnown, intervalByViewer, type ByKnown, type Interval } from './intervals.js';
import type { KnownChoice } from './trials.js';

/** The row of the product with all its answers received. */
export const PRODUCT = 'omega-tv';

/** What a fleet cost. */
export interface FleetCosts {
  readonly passes: number;
  readonly upBytes: number;
  readonly downBytes: number;
  /** Bytes and titles of each answer that a new TV gets, until it lacks nothing. */
  readonly answers: readonly { readonly bytes: number; readonly titles: number }[];
  readonly generation: number;
  /** Index of the way to score that the fleet chose. */
  readonly scoring: number;
}

/** What one split gave. */
export interface SplitResult {
  readonly split: number;
  readonly viewers: ByKnown<readonly number[]>;
  readonly measured: readonly Measured[];
  readonly costs?: FleetCosts;
}

/** A row of the table. */
export interface LearningRow {
  readonly name: string;
  /** Precision@10 with 3, 5 and 20 titles known. */
  readonly p3: number;
  readonly p5: number;
  readonly p20: number;
  /** The 95 % interval of p3, by viewer. */
  readonly low: number;
  readonly high: number;
  /** The same for each. */
  readonly intervals: ByKnown<Interval>;
  /**
   * What the product is better by, viewer by viewer; absent in its own row. Rows of new titles are
   * set against that of the regression.
   */
  readonly behind?: ByKnown<Interval>;
  /** How many of the splits it was measured on; its mean is that of those. */
  readonly splits: number;
  /** Which setting was best at each, where there are several. */
  readonly settings?: ByKnown<string>;
}

export interface LearningReport {
  readonly known: KnownChoice;
  readonly isShuffled: boolean;
  readonly viewers: number;
  readonly titles: number;
  readonly costs: FleetCosts | undefined;
  readonly learning: readonly LearningRow[];
  /** Names of the rows that will not change, nor those before them. */
  readonly finalRows: readonly string[];
}

/** Puts the splits together: a row's best setting is chosen over all of them, for each column. */
export function toRows(results: readonly SplitResult[]): readonly LearningRow[] {
  const against = new Map<string, string>();
  for (const { measured } of results) {
    for (const { row, against: other = PRODUCT } of measured) against.set(row, other);
  }
  const columns = new Map([...against.keys()].map((row) => [row, collect(results, row)]));
  return [...columns].map(([name, own]) => {
    const other = against.get(name) === name ? undefined : columns.get(against.get(name) ?? '');
    const intervals = byKnown((count) => intervalByViewer(own[count].values, own[count].viewers));
    const settings = byKnown((count) => own[count].setting);
    return {
      name,
      p3: intervals[3].mean,
      p5: intervals[5].mean,
      p20: intervals[20].mean,
      low: intervals[3].low,
      high: intervals[3].high,
      intervals,
      splits: new Set(own[3].keys.map((key) => key.split(' ')[0])).size,
      ...(other === undefined
        ? {}
        : { behind: byKnown((count) => differenceOf(other[count], own[count])) }),
      ...(settings[3] === '' ? {} : { settings }),
    };
  });
}

/** By how much one is better than the other where both were asked. */
function differenceOf(one: Column, other: Column): Interval {
  const indices = new Map(one.keys.map((key, i) => [key, i]));
  const pairs = other.keys.flatMap((key, i) => {
    const at = indices.get(key);
    return at === undefined ? [] : [{ at, i }];
  });
  return intervalByViewer(
    pairs.map(({ at, i }) => (one.values[at] ?? 0) - (other.values[i] ?? 0)),
    pairs.map(({ i }) => other.viewers[i] ?? 0),
  );
}

interface Column {
  readonly setting: string;
  readonly values: readonly number[];
  readonly viewers: readonly number[];
  /** Split and viewer, to pair rows by. */
  readonly keys: readonly string[];
}

function collect(results: readonly SplitResult[], row: string): ByKnown<Column> {
  const settings = [
    ...new Set(
      results.flatMap(({ measured }) =>
        measured.filter((one) => one.row === row).map(({ setting }) => setting),
      ),
    ),
  ];
  return byKnown((count) => {
    const columns = settings.map((setting): Column => {
      const parts = results.flatMap(({ split, viewers, measured }) =>
        measured
          .filter((one) => one.row === row && one.setting === setting)
          .map(({ precisions }) => ({ split, viewers: viewers[count], values: precisions[count] })),
      );
      return {
        setting,
        values: parts.flatMap(({ values }) => values),
        viewers: parts.flatMap(({ viewers }) => viewers),
        keys: parts.flatMap(({ split, viewers }) => viewers.map((viewer) => `${split} ${viewer}`)),
      };
    });
    return columns.reduce((best, column) => (meanOf(column) > meanOf(best) ? column : best));
  });
}

function meanOf({ values }: Column): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
