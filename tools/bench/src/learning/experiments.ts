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

export interface ExperimentReport {
  /** As a table in Markdown. */
  readonly text: string;
  readonly rows: readonly LiarsRow[] | readonly PrivacyRow[];
}

const MOST_THREADS = 4;
const PRIVACY_SPLITS = 3;
const MODULE = new URL('experiment-thread.js', import.meta.url);

export async function runExperiment(
  kind: Experiment,
  folder: string,
  options: ThreadOptions<string>,
): Promise<ExperimentReport> {
  return kind === 'liars' ? liars(folder, options) : privacy(folder, options);
}

async function liars(folder: string, options: ThreadOptions<string>): Promise<ExperimentReport> {
  const orders = ATTACKS.flatMap(({ name: attack }) =>
    LIAR_SHARES.map((share): ExperimentOrder => ({
      folder,
      split: 0,
      kind: 'liars',
      attack,
      share,
    })),
  );
  const rows = await runAll<LiarsRow>(orders, options);
  const text = markdownTable(
    [
      'attack',
      'liars',
      'lists that have the title',
      'an honest title as often completed',
      'precision@10',
    ],
    rows.map(({ attack, share, lists, honestLists, precision }) => [
      attack,
      percent(share),
      percent(lists),
      percent(honestLists),
      precision.toFixed(3),
    ]),
  );
  return {
    rows,
    text: `${text}\nPart of the lists of all who ask (split 1, 3, 5 and 20 titles known).\n`,
  };
}

async function privacy(folder: string, options: ThreadOptions<string>): Promise<ExperimentReport> {
  const orders = Array.from({ length: PRIVACY_SPLITS }, (_, split): ExperimentOrder => {
    return { folder, split, kind: 'privacy' };
  });
  const results = await runAll<readonly PrivacyRow[]>(orders, options);
  const rows = (results[0] ?? []).map(({ by }, i): PrivacyRow => {
    const mean = (figure: 'of10' | 'of50'): number =>
      results.reduce((sum, result) => sum + (result[i]?.[figure] ?? 0), 0) / results.length;
    return { by, of10: mean('of10'), of50: mean('of50') };
  });
  const text = markdownTable(
    ['guessed by', 'right of 10', 'right of 50'],
    rows.map(({ by, of10, of50 }) => [by, of10.toFixed(3), of50.toFixed(3)]),
  );
  return { rows, text };
}

/** In threads, in the order given. */
async function runAll<Result>(
  orders: readonly ExperimentOrder[],
  { signal, onStage }: ThreadOptions<string>,
): Promise<readonly Result[]> {
  const startedMs = performance.now();
  const left = new WorkLeft(orders.length, () => performance.now() - startedMs);
  const results: Result[] = [];
  const next = orders.entries();
  const work = async (): Promise<void> => {
    for (const [index, order] of next) {
      left.begin(order, 1);
      onStage(left.toString());
      results[index] = await computeInThread<Result, number>(MODULE, order, {
        signal,
        onStage: (part) => {
          left.reach(order, part);
        },
      });
      left.end(order);
    }
  };
  const threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism()));
  await Promise.all(Array.from({ length: threads }, work));
  return results;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
