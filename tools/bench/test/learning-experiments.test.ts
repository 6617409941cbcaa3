import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@omega-tv/seeded-random';
import { ATTACKS, measureLiars } from '../src/learning/liars.js';
import { measurePrivacy } from '../src/learning/privacy.js';
import { createSplit } from '../src/learning/trials.js';
import type { World } from '../src/learning/viewers.js';

const TITLES = 120;
const random = createRandom('experiments');

/** Two tastes: even titles and odd ones; each viewer completes most of the own kind. */
const world: World = {
  titleIds: Array.from({ length: TITLES }, (_, i) => `m${i}`),
  embeddings: Array.from({ length: TITLES }, () =>
    Float32Array.from({ length: 384 }, () => (random.next() - 0.5) / 6),
  ),
  viewers: Array.from({ length: 45 }, (_, viewer) =>
    Array.from({ length: TITLES / 2 }, (__, i) => ({ title: 2 * i + (viewer % 2), time: 0 }))
      .filter(() => random.next() < 0.8)
      .sort(() => random.next() - 0.5)
      .map(({ title }, i) => ({ title, time: 100_000 * viewer + i })),
  ),
};
const split = createSplit(world, 0, 'time');
const ignore = () => undefined;

describe('devices that lie', () => {
  const attackOf = (name: string) => ATTACKS.find((attack) => attack.name === name)!;

  it('spoil the lists of others where their viewers are not cut (rule 12.7)', () => {
    const cut = measureLiars(world, split, attackOf('crafted viewers, huge'), 0.2, ignore);
    const uncut = measureLiars(world, split, attackOf('huge, not cut'), 0.2, ignore);
    expect(cut.precision).toBeGreaterThan(0.6);
    expect(uncut.precision).toBeLessThan(0.6);
    expect(cut.lists).toBeLessThan(0.1);
  });
});

describe('what deltas tell of a viewer', () => {
  const rows = new Map(measurePrivacy(world, split, ignore).map((row) => [row.by, row]));

  it('is the taste: the rest of a history is guessed better than by popularity (rule 12.14)', () => {
    const byPopularity = rows.get('popularity')!;
    const byViewers = rows.get('20 reported viewers, 5 bits')!;
    expect(byViewers.of10).toBeGreaterThan(byPopularity.of10);
    expect(byViewers.of10).toBeLessThanOrEqual(1);
    expect(rows.size).toBe(10);
  });
});
