import { expect, it } from '@jest/globals';
import { keepBehindFormer } from '../src/cluster/kept-entries.js';

it('keeps what the checkpoint before the newest one lacks, and what others need (rule 14.16)', async () => {
  let others = 100;
  const keepAfter = keepBehindFormer(() => Promise.resolve(others));
  expect(await keepAfter(10)).toBe(0);
  expect(await keepAfter(25)).toBe(10);
  others = 12;
  expect([await keepAfter(40), await keepAfter(50)]).toEqual([12, 12]);
  const alone = keepBehindFormer();
  expect([await alone(7), await alone(9)]).toEqual([0, 7]);
});
