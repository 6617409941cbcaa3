import { createRandom } from '@omega-tv/seeded-random';
import { describe, expect, it } from '@jest/globals';
import { fuzz, FuzzFailure } from '../src/fuzz.js';
import { createTargets, TARGET_NAMES, type Target } from '../src/targets.js';

const RUNS = 10_000;

describe('mutated input', () => {
  it('is there for every target that the command names', () => {
    expect(createTargets(createRandom('test', 1)).map(({ name }) => name)).toEqual(TARGET_NAMES);
  });

  it.each(createTargets(createRandom('test', 1)).map((target) => [target.name, target] as const))(
    '%s: is read or refused',
    (_, target) => {
      const { read, refused } = fuzz(target, RUNS);
      expect(read + refused).toBe(RUNS);
      expect(Math.min(read, refused)).toBeGreaterThan(RUNS / 1000);
    },
  );

  it('that a decoder fails at is shown', () => {
    const decode = (): never => {
      throw new RangeError('out of bounds');
    };
    const target: Target = { name: 'delta', decode, draw: () => Uint8Array.of(0xce, 0xa9) };
    expect(() => fuzz(target, 1)).toThrow(FuzzFailure);
    expect(() => fuzz(target, 1)).toThrow('delta: RangeError: out of bounds, for cea9');
  });
});
