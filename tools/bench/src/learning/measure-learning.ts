import { availableParallelism } from 'node:os';
import { computeInThread, type ThreadOptions } from '@omega-tv/command-line';
import { toRows, type LearningReport, type SplitResult } from './learning-report.js';
import type { LearningOrder } from './learning-thread.js';
import { sizeOf, TABLE_PARTS, type TablePart } from './parts.js';
import { checkTrials, SPLITS, type KnownChoice } from './trials.js';
import { loadWorld } from './viewers.js';
import { WorkLeft } from './work-left.js';

/** More take memory, and few machines have cores for them. */
const MOST_THREADS = 4;

export interface LearningOptions extends ThreadOptions<string> {
  readonly folder: string;
  readonly known: KnownChoice;
  /** The dear variants too. */
  readonly all: boolean;
  /** What learning viewers completed is shuffled between them: nothing beyond popularity is to be learned. */
  readonly isShuffled: boolean;
  /** Hears of the report whenever rows of it are new. */
  readonly onReport: (report: LearningReport) => Promise<void> | void;
}

interface Order {
  readonly order: LearningOrder;
  readonly cost: number;
}

/**
 * Measures the product and what it is compared with on the viewers of a folder: the product's own
 * rows first, splits in threads beside each other.
 */
export async function measureLearning(options: LearningOptions): Promise<LearningReport> {
  const { folder, known, all, isShuffled, onReport, onStage, signal } = options;
  const world = loadWorld(folder);
  checkTrials(world);
  const { viewers, titleIds } = world;
  const size = sizeOf(viewers.reduce((sum, likes) => sum + likes.length, 0));
  const parts = TABLE_PARTS.filter(({ isExtra }) => all || isExtra !== true);
  const orders = parts.flatMap((part) => ordersOf(part, part.splits[size], options));
  const startedMs = performance.now();
  const left = new WorkLeft(
    orders.reduce((sum, { cost }) => sum + cost, 0),
    () => performance.now() - startedMs,
  );
  const results: (readonly SplitResult[] | undefined)[] = orders.map(() => undefined);
  const module = new URL('learning-thread.js', import.meta.url);
  const next = orders.entries();
  const say = (order: LearningOrder): void => {
    onStage(`${left.toString()}: ${order.part}, split ${order.split + 1} of ${SPLITS}`);
  };
  const work = async (): Promise<void> => {
    for (const [index, one] of next) {
      const { order, cost } = one;
      left.begin(one, cost);
      say(order);
      const onPart = (part: number): void => {
        left.reach(one, part);
        if (size === 'large') say(order);
      };
      results[index] = await computeInThread<readonly SplitResult[], number>(module, order, {
        signal,
        onStage: onPart,
      });
      left.end(one);
      await onReport(reportSoFar());
    }
  };
  const threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism()));
  await Promise.all(Array.from({ length: threads }, work));
  return reportSoFar();

  function reportSoFar(): LearningReport {
    const done = results.flatMap((result) => result ?? []);
    const isOpen = (part: TablePart): boolean =>
      orders.some(({ order }, i) => order.part === part.part && results[i] === undefined);
    const firstOpen = parts.findIndex(isOpen);
    const final = (firstOpen < 0 ? parts : parts.slice(0, firstOpen)).map(({ part }) => part);
    const finished = results.flatMap((result, i) => {
      const part = orders[i]?.order.part;
      return part !== undefined && final.includes(part) ? (result ?? []) : [];
    });
    return {
      known,
      isShuffled,
      viewers: viewers.length,
      titles: titleIds.length,
      costs: done.find(({ costs }) => costs !== undefined)?.costs,
      learning: toRows(done),
      finalRows: toRows(finished).map(({ name }) => name),
    };
  }
}

function ordersOf(
  { part, cost }: TablePart,
  splits: number,
  { folder, known, isShuffled }: Pick<LearningOptions, 'folder' | 'known' | 'isShuffled'>,
): readonly Order[] {
  return Array.from({ length: splits }, (_, split) => ({
    order: { folder, known, split, part, isShuffled },
    cost,
  }));
}
