import { answerFromThread } from '@omega-tv/command-line';
import { baselinesOf } from './baselines/all-baselines.js';
import { measureCandidate, viewersOf, type Measured } from './evaluate.js';
import type { SplitResult } from './learning-report.js';
import { Product } from './product.js';
import { FLEET } from './settings.js';
import { createSplit, type KnownChoice } from './trials.js';
import { loadWorld } from './viewers.js';

/** What a thread is to compute of one split. */
export interface LearningOrder {
  readonly folder: string;
  readonly known: KnownChoice;
  readonly split: number;
  readonly part: 'product' | 'variants' | 'baselines';
}

const AT_ONE_DEVICE = 'k = 1';
const REPORTED_AT_ONCE = 'reported at once';

await answerFromThread(
  ({ folder, known, split: index, part }: LearningOrder, onStage): SplitResult => {
    const world = loadWorld(folder);
    const split = createSplit(world, index, known);
    const { trials } = split;
    const result = { split: index, viewers: viewersOf(trials) };
    if (part === 'product') {
      onStage(`split ${index + 1}: omega-tv`);
      return { ...result, ...new Product(world).measure(split, FLEET) };
    }
    if (part === 'variants') {
      const product = new Product(world);
      onStage(`split ${index + 1}: ${AT_ONE_DEVICE}`);
      const alone = product.measureOnce(AT_ONE_DEVICE, split, { ...FLEET, minDevices: 1 });
      onStage(`split ${index + 1}: ${REPORTED_AT_ONCE}`);
      const settings = { ...FLEET, reportSpreadMs: 0 };
      const prompt = product.measureOnce(REPORTED_AT_ONCE, split, settings);
      return { ...result, measured: [alone, prompt] };
    }
    const measured: Measured[] = [];
    for (const { name, create } of baselinesOf(world, split)) {
      onStage(`split ${index + 1}: ${name}`);
      for (const candidate of create()) measured.push(measureCandidate(name, candidate, trials));
    }
    return { ...result, measured };
  },
);
