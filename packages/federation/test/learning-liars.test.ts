import { describe, expect, it } from '@jest/globals';
import { createLearningConfig, emptyLearning } from '../src/index.js';
import { completionOf, Folding, learningConfig, twoTastes } from './learning-fixtures.js';

const HONEST = 80;
const LIARS = 8;

/** How long a title is that liars report, all with one viewer along the mean viewer of the fleet. */
function pushedLength(norm: number, sharedMoment = learningConfig.sharedMoment): number {
  const folding = new Folding(
    emptyLearning(),
    createLearningConfig({ ...learningConfig, minDevices: 2, sharedMoment }),
  );
  folding.fold(twoTastes(HONEST));
  const { factors } = folding.publish();
  const mean = factors!.meanViewers[1]!;
  const length = Math.hypot(...mean);
  const viewer = {
    generation: factors!.generation,
    coordinates: mean.map((v) => (v * norm) / length),
  };
  folding.fold(
    Array.from({ length: LIARS }, (_, i) =>
      completionOf(`liar-${i}`, 'pushed', { factors: viewer }),
    ),
  );
  const { titles } = folding.publish().factors!;
  return Math.hypot(...titles.find(({ contentId }) => contentId === 'pushed')!.coordinates);
}

describe('devices that all report one viewer', () => {
  const share = LIARS / (LIARS + 0.1 * (HONEST + LIARS));
  const bound = Math.sqrt(share / 2);

  it.each([0.5, 1, 2, 4, 8, 1000])(
    'draw their title no further than the bound, %s long (rule 12.15)',
    (norm) => {
      expect(pushedLength(norm)).toBeLessThanOrEqual(bound);
    },
  );

  it('would draw it far beyond, did what they have in common not count', () => {
    expect(pushedLength(8, 0)).toBeGreaterThan(3 * bound);
    expect(pushedLength(8)).toBeLessThan(pushedLength(2));
  });
});
