import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@omega-tv/seeded-random';
import fc from 'fast-check';
import { collectCompletions, popularity } from '../src/learning/baselines/completions.js';
import { precisionsOf } from '../src/learning/evaluate.js';
import { Product, receiveAll } from '../src/learning/product.js';
import { FLEET } from '../src/learning/settings.js';
import { shuffledSplit, shuffleLikes } from '../src/learning/shuffle.js';
import { createSplit, type Split } from '../src/learning/trials.js';
import { twoTastes } from './learning-worlds.js';

const viewersOf = fc.array(
  fc
    .uniqueArray(fc.nat({ max: 400 }), { maxLength: 12 })
    .map((titles) => titles.map((title, i) => ({ title, time: 10 * i }))),
  { minLength: 1, maxLength: 20 },
);

type Viewers = Parameters<typeof shuffleLikes>[0];
const timesOf = (viewers: Viewers) => viewers.map((likes) => likes.map(({ time }) => time));
const titlesOf = (viewers: Viewers) =>
  viewers
    .flat()
    .map(({ title }) => title)
    .sort((a, b) => a - b);
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('shuffled viewers', () => {
  it('complete as many titles at the same instants, and each title is completed as often', () => {
    fc.assert(
      fc.property(viewersOf, fc.nat(), (viewers, seed) => {
        const shuffled = shuffleLikes(viewers, createRandom('test', seed));
        expect(timesOf(shuffled)).toEqual(timesOf(viewers));
        expect(titlesOf(shuffled)).toEqual(titlesOf(viewers));
      }),
    );
  });

  it('have no title twice', () => {
    const { viewers } = twoTastes('doubles');
    for (const likes of shuffleLikes(viewers, createRandom('doubles'))) {
      expect(new Set(likes.map(({ title }) => title)).size).toBe(likes.length);
    }
  });

  it('teach the product no more than popularity', () => {
    const world = twoTastes('shuffle');
    const split = createSplit(world, 0, 'time');
    const product = new Product(world);
    const meanOf = (taught: Split) => {
      const { holdings } = receiveAll(product.run(taught, FLEET));
      return mean(product.rowOf('', taught, holdings).precisions[5]);
    };
    const popular = popularity(collectCompletions(split, world.titleIds.length));
    const floor = mean(precisionsOf(split.trials, () => popular)[5]);
    expect(meanOf(split)).toBeGreaterThan(floor + 0.2);
    expect(meanOf(shuffledSplit(split))).toBeLessThan(floor + 0.1);
  });
});
