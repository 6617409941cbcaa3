import { describe, expect, it } from '@jest/globals';
import { isWeak, renewAxes, startAxes } from '../src/learning/axes.js';

describe('axes along which viewers hardly vary', () => {
  const moments = new Float64Array(32 * 32);
  for (let axis = 0; axis < 32; axis += 1) moments[axis * 32 + axis] = 4 / 2 ** axis;
  const axes = renewAxes(startAxes(), moments);

  it('keep a hundredth of the strongest weight, so that titles keep coordinates there (rule 12.6)', () => {
    expect(axes.weights[0]).toBe(4);
    expect(axes.weights[3]).toBe(0.5);
    expect(axes.weights[31]! / 4).toBeGreaterThan(0.0084);
    expect(axes.weights[31]! / 4).toBeLessThan(0.012);
    expect(axes.weights[31]).toBe(axes.weights[9]);
  });

  it('may vary by less than one without being renewed (rule 12.6)', () => {
    const weak = Array.from({ length: 32 }, (_, axis) => isWeak(axes, axis));
    expect(weak).toEqual(Array.from({ length: 32 }, (_, axis) => axis >= 7));
  });
});
