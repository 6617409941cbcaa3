import { availableParallelism } from 'node:os';
import { computeInThread, type ThreadOptions } from '@omega-tv/command-line';
import { markdownTable } from '../markdown-table.js';
import type { ExperimentOrder } from './experiment-thread.js';
import { ATTACKS, LIAR_SHARES, type LiarsRow } from './liars.js';
import type { PrivacyRow } from './privacy.js';
import { WorkLeft } from './work-left.js';

/** What is measured beside the table: what liars can do, what deltas tell of a viewer. */
export const EXPERIMENTS = ['liars', 'privacy'] as const;
export type Experiment = (typeof EXPERIMENTS)[number];

type ExperimentRows = readonly LiarsRow[] | readonly PrivacyRow[];

export interface ExperimentOptions extends ThreadOptions<string> {
  readonly folder: string;
  /** Hears each part of the table in Markdown as soon as it is measured, and all rows so far. */
  readonly onRows: (text: string, soFar: ExperimentRows) => Promise<void> | void;
}

const MOST_THREADS = 4;
const PRIVACY_SPLITS = 3;
const MODULE = new URL('experiment-thread.js', import.meta.url);

export async function runExperiment(kind: Experiment, options: ExperimentOptions): Promise<void> {
  await (kind === 'liars' ? liars(options) : privacy(options));
}

async function liars(options: ExperimentOptions): Promise<void> {
  const { folder, onRows } = options;
  const orders = LIAR_SHARES.flatMap((share) =>
    ATTACKS.map(({ name: attack }): ExperimentOrder => {
      return { folder, split: 0, kind: 'liars', attack, share };
    }),
  );
  const head = [
    ...['attack', 'liars', 'lists with the title', 'with an honest one as often completed'],
    'precision@10',
  ];
  const rows: LiarsRow[] = [];
  await runAll(orders, options, async (row: LiarsRow) => {
    rows.push(row);
    const { attack, share, lists, honestLists, precision } = row;
    const cells = [attack, ...[share, lists, honestLists].map(percent), precision.toFixed(3)];
    const text = rows.length === 1 ? markdownTable(head, [cells]) : `| ${cells.join(' | ')} |\n`;
    await onRows(text, rows);
  });
}

async function privacy(options: ExperimentOptions): Promise<void> {
  const { folder, onRows } = options;
  const orders = Array.from({ length: PRIVACY_SPLITS }, (_, split): ExperimentOrder => {
    return { folder, split, kind: 'privacy' };
  });
  const results: (readonly PrivacyRow[])[] = [];
  await runAll(orders, options, (result: readonly PrivacyRow[]) => void results.push(result));
  const rows = (results[0] ?? []).map(({ by }, i): PrivacyRow => {
    const mean = (figure: 'of10' | 'of50'): number =>
      results.reduce((sum, result) => sum + (result[i]?.[figure] ?? 0), 0) / results.length;
    return { by, of10: mean('of10'), of50: mean('of50') };
  });
  const text = markdownTable(
    ['guessed by', 'right of 10', 'right of 50'],
    rows.map(({ by, of10, of50 }) => [by, of10.toFixed(3), of50.toFixed(3)]),
  );
  await onRows(text, rows);
}

/** In threads; results come as they are ready. */
async function runAll(
  orders: readonly ExperimentOrder[],
  { signal, onStage }: ThreadOptions<string>,
  onResult: (result: never) => Promise<void> | void,
): Promise<void> {
  const startedMs = performance.now();
  const left = new WorkLeft(orders.length, () => performance.now() - startedMs);
  const next = orders.values();
  const work = async (): Promise<void> => {
    for (const order of next) {
      left.begin(order, 1);
      onStage(left.toString());
      const result = await computeInThread<never, number>(MODULE, order, {
        signal,
        onStage: (part) => {
          left.reach(order, part);
        },
      });
      left.end(order);
      await onResult(result);
    }
  };
  const threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism()));
  await Promise.all(Array.from({ length: threads }, work));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
