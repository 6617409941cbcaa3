import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { decayFactor, toDecayStep, toTimeMs } from '../src/decay.js';
import { DAY_MS, START_MS } from './fixtures.js';

describe('decay in whole steps', () => {
  it('halves in a half-life (rule 7.6)', () => {
    const from = toDecayStep(START_MS, DAY_MS);
    const half = decayFactor(toDecayStep(START_MS + DAY_MS, DAY_MS) - from);
    expect(half).toBe(0.5);
    expect(decayFactor(toDecayStep(START_MS + 10 * DAY_MS, DAY_MS) - from)).toBe(2 ** -10);
  });

  it('follows 2^(-t / half-life) within a step', () => {
    for (let steps = 0; steps <= 2048; steps += 1) {
      expect(decayFactor(steps)).toBeCloseTo(2 ** (-steps / 512), 12);
    }
  });

  it('decays nothing when the clock goes back, and never grows', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.integer({ min: 1 }), (a, b, halfLifeMs) => {
        const factor = decayFactor(toDecayStep(b, halfLifeMs) - toDecayStep(a, halfLifeMs));
        expect(factor).toBeGreaterThanOrEqual(0);
        expect(factor).toBeLessThanOrEqual(1);
        if (b <= a) expect(factor).toBe(1);
      }),
    );
  });

  it('keeps every time printable', () => {
    for (const ms of [NaN, -1, -Infinity]) expect(toTimeMs(ms)).toBe(0);
    expect(new Date(toTimeMs(Infinity)).toISOString()).toBe('9999-12-31T23:59:59.999Z');
  });
});
