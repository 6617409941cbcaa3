import { answerFromThread } from '@omega-tv/command-line';
import { baselinesOf } from './baselines/all-baselines.js';
import { collectCompletions, popularity } from './baselines/completions.js';
import { measureCandidate, viewersOf, type Measured } from './evaluate.js';
import type { SplitResult } from './learning-report.js';
import { Product } from './product.js';
import { VARIANTS, type Variant } from './settings.js';
import { createSplit, type KnownChoice, type Split } from './trials.js';
import { loadWorld, type World } from './viewers.js';

/** What a thread is to compute of one split. */
export interface LearningOrder {
  readonly folder: string;
  readonly known: KnownChoice;
  readonly split: number;
  readonly part: Part;
}

/** The product's own rows, what it is compared with, new titles; or the name of a variant. */
export type Part = 'product' | 'baselines' | 'new titles' | Variant['row'];

type OnStage = (stage: string) => void;

function measurePart(
  part: Part,
  world: World,
  split: Split,
  onStage: OnStage,
): readonly SplitResult[] {
  if (part === 'baselines') return measureBaselines(world, split, onStage);
  onStage(part);
  const product = new Product(world);
  if (part === 'product') return product.measure(split);
  if (part === 'new titles') return [product.measureNewTitles(split)];
  const variant = VARIANTS.find(({ row }) => row === part);
  return variant === undefined ? [] : [product.measureVariant(split, variant)];
}

function measureBaselines(world: World, split: Split, onStage: OnStage): readonly SplitResult[] {
  const { index, trials } = split;
  const completions = collectCompletions(split, world.titleIds.length);
  const popular = popularity(completions);
  const measured: Measured[] = [];
  for (const { name, create } of baselinesOf(world, completions)) {
    onStage(name);
    for (const candidate of create()) {
      measured.push(...measureCandidate(name, candidate, popular, trials));
    }
  }
  return [{ split: index, viewers: viewersOf(trials), measured }];
}

await answerFromThread(
  ({ folder, known, split: index, part }: LearningOrder, onStage): readonly SplitResult[] => {
    const world = loadWorld(folder);
    return measurePart(part, world, createSplit(world, index, known), (stage) => {
      onStage(`split ${index + 1}: ${stage}`);
    });
  },
);
