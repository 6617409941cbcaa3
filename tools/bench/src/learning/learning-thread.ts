import { answerFromThread } from '@omega-tv/command-line';
import { BASELINES, type BaselineName } from './baselines/all-baselines.js';
import { collectCompletions, popularity } from './baselines/completions.js';
import { measureCandidate, viewersOf, type Measured } from './evaluate.js';
import type { SplitResult } from './learning-report.js';
import { Product } from './product.js';
import { VARIANTS, type Variant } from './settings.js';
import { shuffledSplit } from './shuffle.js';
import { createSplit, type KnownChoice, type Split } from './trials.js';
import { loadWorld, type World } from './viewers.js';

/** What a thread is to compute of one split. */
export interface LearningOrder {
  readonly folder: string;
  readonly known: KnownChoice;
  readonly split: number;
  readonly part: Part;
  /** Learning viewers' titles are dealt out among them anew, see `shuffleLikes`. */
  readonly isShuffled: boolean;
}

/** The product's own rows, new titles, a baseline, or a variant. */
export type Part = 'omega-tv' | 'new titles' | BaselineName | Variant['row'];

/** Says how much of the order is done, 0 to 1. */
type OnPart = (part: number) => void;

function measurePart(
  part: Part,
  world: World,
  split: Split,
  onPart: OnPart,
): readonly SplitResult[] {
  const baseline = BASELINES.find(({ name }) => name === part);
  if (baseline !== undefined) return [measureBaseline(baseline, world, split)];
  const product = new Product(world, onPart);
  if (part === 'omega-tv') return product.measure(split);
  if (part === 'new titles') return [product.measureNewTitles(split)];
  const variant = VARIANTS.find(({ row }) => row === part);
  return variant === undefined ? [] : [product.measureVariant(split, variant)];
}

function measureBaseline(
  { name, create }: (typeof BASELINES)[number],
  world: World,
  split: Split,
): SplitResult {
  const completions = collectCompletions(split, world.titleIds.length);
  const popular = popularity(completions);
  const measured: Measured[] = [];
  for (const candidate of create(world, completions)) {
    measured.push(...measureCandidate(name, candidate, popular, split.trials));
  }
  return { split: split.index, viewers: viewersOf(split.trials), measured };
}

await answerFromThread((order: LearningOrder, onPart): readonly SplitResult[] => {
  const { folder, known, split: index, part, isShuffled } = order;
  const world = loadWorld(folder);
  const split = createSplit(world, index, known);
  const asked = isShuffled ? shuffledSplit(split) : split;
  return measurePart(part, world, asked, onPart);
});
