import { describe, expect, it } from '@jest/globals';
import type { PublishedFactors } from '@omega-tv/types';
import { fillTitles, publishTitles, receiveTitles } from '../../../src/index.js';
import { chooseStep } from '../../../src/v2/titles/list-step.js';
import { createRandom } from '../support.js';
import { factorsOf } from '../titles-support.js';

const BUDGET = 5000;
const FLAT = 10;

/** Titles that lie along so many axes, as far along each. */
function alongAxes(axes: number): PublishedFactors {
  const random = createRandom(axes);
  const factors = factorsOf(1000);
  const titles = factors.titles.map((title) => ({
    ...title,
    coordinates: Float64Array.from({ length: 32 }, (_, axis) =>
      axis < axes ? (random.next() + random.next() - 1) / FLAT : 0,
    ),
  }));
  return { ...factors, titles };
}

function deviationOf({ titles }: PublishedFactors): number {
  const values = titles.flatMap(({ coordinates }) => [...coordinates]);
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

function titlesOfFirstAnswer(factors: PublishedFactors): number {
  const list = publishTitles(undefined, factors);
  const { current } = receiveTitles({}, fillTitles(list, undefined, BUDGET)!);
  return [...current!.pieces.values()].reduce((sum, { titles }) => sum + titles.length, 0);
}

describe('the step of a list', () => {
  const few = alongAxes(6);
  const many = alongAxes(22);

  it('is a quarter of the deviation where the leading titles fit into an answer (rule 12.18)', () => {
    const { head } = publishTitles(undefined, few);
    expect(head.step).toBe(Math.fround(deviationOf(few) / 4));
  });

  it('is as much coarser as they need where titles lie along many axes (rule 12.18)', () => {
    const { head } = publishTitles(undefined, many);
    const quarters = 4 * Math.log2((4 * head.step) / deviationOf(many));
    expect(quarters).toBeCloseTo(Math.round(quarters), 4);
    expect(quarters).toBeGreaterThan(1);
    expect(quarters).toBeLessThan(7);
    // Whole pieces: those of the last level that are not among the leading titles leave room unused.
    expect(titlesOfFirstAnswer(many)).toBeGreaterThan(320 - 64);
  });

  it('stays for the generation, and is chosen anew in the next (rule 12.18)', () => {
    const first = publishTitles(undefined, many);
    const second = publishTitles(first, few);
    expect(second.head.step).toBe(first.head.step);
    const third = publishTitles(second, { ...few, generation: 2 });
    expect(third.head.step).toBe(Math.fround(deviationOf(few) / 4));
  });

  it('is the finest of its grid at which they fit into 4,800 bytes (rule 12.18)', () => {
    const quarter = deviationOf(few) / 4;
    for (const quarters of [0, 1, 2, 5, 8]) {
      const fits = quarter * 2 ** (quarters / 4) * 0.999;
      const step = chooseStep(few.titles, (fine) => (fine >= fits ? 4800 : 4801));
      expect(step).toBeCloseTo(quarter * 2 ** (quarters / 4), 7);
    }
  });

  it('is no coarser than the deviation, whatever titles take, and 1 where all lie at zero', () => {
    const { titles } = few;
    const coarsest = chooseStep(titles, () => Infinity);
    expect(coarsest).toBe(Math.fround(deviationOf(few)));
    expect(chooseStep(alongAxes(0).titles, () => 0)).toBe(1);
  });
});
