import type { Measured } from './evaluate.js';
import { byKnown, intervalByViewer, type ByKnown, type Interval } from './intervals.js';
import { PRODUCT, type FleetCosts } from './product.js';
import type { KnownChoice } from './trials.js';

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
  /** What the product is better by, viewer by viewer; absent in its own row. */
  readonly behind?: ByKnown<Interval>;
  /** Which setting was best at each, where there are several. */
  readonly settings?: ByKnown<string>;
}

export interface LearningReport {
  readonly known: KnownChoice;
  readonly viewers: number;
  readonly titles: number;
  readonly costs: FleetCosts | undefined;
  readonly learning: readonly LearningRow[];
}

/** Puts the splits together: a row's best setting is chosen over all of them, for each column. */
export function toRows(results: readonly SplitResult[]): readonly LearningRow[] {
  const names = [...new Set(results.flatMap(({ measured }) => measured.map(({ row }) => row)))];
  const product = names.includes(PRODUCT) ? collect(results, PRODUCT) : undefined;
  return names.map((name) => {
    const own = collect(results, name);
    const intervals = byKnown((count) => intervalByViewer(own[count].values, own[count].viewers));
    const behind = byKnown((count) => {
      const others = new Map(product?.[count].keys.map((key, i) => [key, i]));
      const pairs = own[count].keys.flatMap((key, i) => {
        const at = others.get(key);
        return at === undefined ? [] : [{ at, i }];
      });
      return intervalByViewer(
        pairs.map(({ at, i }) => (product?.[count].values[at] ?? 0) - (own[count].values[i] ?? 0)),
        pairs.map(({ i }) => own[count].viewers[i] ?? 0),
      );
    });
    const settings = byKnown((count) => own[count].setting);
    return {
      name,
      p3: intervals[3].mean,
      p5: intervals[5].mean,
      p20: intervals[20].mean,
      low: intervals[3].low,
      high: intervals[3].high,
      intervals,
      ...(name === PRODUCT || product === undefined ? {} : { behind }),
      ...(settings[3] === '' ? {} : { settings }),
    };
  });
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
