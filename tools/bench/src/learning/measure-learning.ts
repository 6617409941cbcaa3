import { computeInThread, type ThreadOptions } from '@omega-tv/command-line';
import { toRows, type LearningReport, type SplitResult } from './learning-report.js';
import type { LearningOrder, Part } from './learning-thread.js';
import { VARIANTS } from './settings.js';
import { SPLITS, type KnownChoice } from './trials.js';
import { loadWorld } from './viewers.js';

/** Splits that are computed at a time. */
const THREADS = 2;
/** Beyond so many completions a world is large. */
const SMALL_WORLD = 100_000;
/** Splits that each part is measured on, in the order of the table. */
const PARTS: readonly { readonly part: Part; readonly small: number; readonly large: number }[] = [
  { part: 'product', small: SPLITS, large: SPLITS },
  { part: 'baselines', small: SPLITS, large: 2 },
  { part: 'new titles', small: SPLITS, large: 1 },
  ...VARIANTS.map(({ row, isForSmall }) => ({
    part: row,
    small: SPLITS,
    large: isForSmall ? 0 : 1,
  })),
];

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
  const completions = viewers.reduce((sum, likes) => sum + likes.length, 0);
  const size = completions > SMALL_WORLD ? 'large' : 'small';
  const orders = PARTS.flatMap((one) =>
    Array.from({ length: one[size] }, (_, split): LearningOrder => {
      return { folder, known, split, part: one.part };
    }),
  );
  const results: (readonly SplitResult[])[] = [];
  const module = new URL('learning-thread.js', import.meta.url);
  const next = orders.entries();
  const work = async (): Promise<void> => {
    for (const [index, order] of next)
      results[index] = await computeInThread(module, order, options);
  };
  await Promise.all(Array.from({ length: THREADS }, work));
  const all = results.flat();
  const costs = all.find((result) => result.costs !== undefined)?.costs;
  return {
    known,
    viewers: viewers.length,
    titles: titleIds.length,
    costs,
    learning: toRows(all),
  };
}
