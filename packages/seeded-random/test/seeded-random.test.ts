import { describe, expect, it } from '@jest/globals';
import { createRandom } from '../src/seeded-random.js';

describe('createRandom', () => {
  it('repeats itself for the same key, and only then', () => {
    const draw = (...key: readonly (string | number)[]) => {
      const random = createRandom(...key);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw('a', 1)).toEqual(draw('a', 1));
    const keys = [['a', 1], ['a', '1'], ['a1'], ['a', 1, 0], ['a', 2], [1, 'a']];
    expect(new Set(keys.map((key) => draw(...key)[0])).size).toBe(keys.length);
  });

  it('is uniform over neighbouring keys too', () => {
    const firsts = Array.from({ length: 2000 }, (_, n) => createRandom(7, 'evening', n).next());
    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...firsts)).toBeLessThan(1);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => firsts.filter((value) => Math.floor(value * 10) === tenth).length,
    );
    expect(Math.min(...tenths)).toBeGreaterThan(150);
    expect(Math.max(...tenths)).toBeLessThan(250);
    const pairs = firsts.slice(1).map((value, i) => (value - 0.5) * ((firsts[i] ?? 0) - 0.5));
    const correlation = (12 * pairs.reduce((sum, value) => sum + value, 0)) / pairs.length;
    expect(Math.abs(correlation)).toBeLessThan(0.08);
  });
});
