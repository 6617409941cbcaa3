import { computeInThread, type ThreadOptions } from '@omega-tv/command-line';
import { toRows, type LearningReport, type SplitResult } from './learning-report.js';
import type { LearningOrder } from './learning-thread.js';
import { SPLITS, type KnownChoice } from './trials.js';
import { loadWorld } from './viewers.js';

/** Splits that are computed at a time. */
const THREADS = 2;
/** Beyond so many viewers the variants of the product are measured on the first split alone. */
const SMALL_WORLD = 1000;

/**
 * Measures the product and what it is compared with on the viewers of a folder: the product's own
 * rows first.
 */
export async function measureLearning(
  folder: string,
  known: KnownChoice,
  options: ThreadOptions<string>,
): Promise<LearningReport> {
  const { viewers, titleIds } = loadWorld(folder);
  const splits = Array.from({ length: SPLITS }, (_, split) => split);
  const some = viewers.length > SMALL_WORLD ? splits.slice(0, 1) : splits;
  const orders: LearningOrder[] = [
    ...splits.map((split) => ({ folder, known, split, part: 'product' as const })),
    ...splits.map((split) => ({ folder, known, split, part: 'baselines' as const })),
    ...some.map((split) => ({ folder, known, split, part: 'variants' as const })),
  ];
  const results: SplitResult[] = [];
  const module = new URL('learning-thread.js', import.meta.url);
  const next = orders.entries();
  const work = async (): Promise<void> => {
    for (const [index, order] of next)
      results[index] = await computeInThread(module, order, options);
  };
  await Promise.all(Array.from({ length: THREADS }, work));
  const costs = results.find((result) => result.costs !== undefined)?.costs;
  return {
    known,
    viewers: viewers.length,
    titles: titleIds.length,
    costs,
    learning: toRows(results),
  };
}
