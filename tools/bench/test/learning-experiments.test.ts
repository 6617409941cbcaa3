import { describe, expect, it } from '@jest/globals';
import { ATTACKS, measureLiars } from '../src/learning/liars.js';
import { measurePrivacy } from '../src/learning/privacy.js';
import { createSplit } from '../src/learning/trials.js';
import { twoTastes } from './learning-worlds.js';

const world = twoTastes('experiments');
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
