import { expect, it } from '@jest/globals';
import { createLearningConfig } from '../src/index.js';
import { renewAxes, startAxes } from '../src/learning/axes.js';
import { receiveFactors } from '../src/learning/received-factors.js';

const moments = new Float64Array(32 * 32);
for (let axis = 0; axis < 32; axis += 1) moments[axis * 32 + axis] = 4;

it('the first axes after a restore have a number that nobody knows, and take factors of text coordinates (rule 11.34)', () => {
  const axes = renewAxes({ ...startAxes(), nextAtLeast: 500 }, moments);
  expect(axes.generation).toBe(500);
  const config = createLearningConfig();
  const coordinates = new Float64Array(32).fill(0.1);
  const received = (generation: number) =>
    receiveFactors(axes, { generation, coordinates }, config);
  expect(received(500)).toEqual(coordinates);
  expect(received(0)?.[0]).toBeCloseTo(0.05);
  for (const generation of [1, 499, 501]) expect(received(generation)).toBeUndefined();

  const next = renewAxes(axes, moments);
  expect(next.generation).toBe(501);
  expect(receiveFactors(next, { generation: 500, coordinates }, config)).toBeDefined();
  expect(receiveFactors(next, { generation: 0, coordinates }, config)).toBeUndefined();
});
