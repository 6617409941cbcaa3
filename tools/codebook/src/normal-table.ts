import { codebookLayout } from '@omega-tv/embedding-codec/training';
import { exactExp } from './exact-exp.js';

const { NORMAL_ONE, NORMAL_PER_SIGMA, NORMAL_SIGMAS } = codebookLayout;
const SQRT_TWO_PI = 2.5066282746310002;

/** Normal distribution function less 1/2, by Simpson's rule from point to point. */
export function normalTable(): Uint32Array {
  const density = (x: number): number => exactExp((-x * x) / 2) / SQRT_TWO_PI;
  const width = 1 / NORMAL_PER_SIGMA;
  const table = new Uint32Array(NORMAL_PER_SIGMA * NORMAL_SIGMAS + 1);
  let area = 0;
  for (let i = 1; i < table.length; i += 1) {
    const end = i * width;
    area += (width / 6) * (density(end - width) + 4 * density(end - width / 2) + density(end));
    table[i] = Math.min(NORMAL_ONE / 2, Math.round(area * NORMAL_ONE));
  }
  return table;
}
