import { fractionalPowers } from './exact-math.js';

const STEPS_PER_OCTAVE = 256;
/** How many steps a message can name: from 1 down to about 2^-16. */
export const STEP_COUNT = 4096;
/** How many scales a residual can have: 3 dB apart, the first eight above the trained variances. */
export const SCALE_COUNT = 24;
/** The scale of the trained variances themselves. */
export const UNSCALED = 8;

const fractions = fractionalPowers(STEPS_PER_OCTAVE);

/** The quantiser's step of an index: 2^(-index / 256), on the scale of unit vectors. */
export function stepOfIndex(index: number): number {
  let step = fractions[index % STEPS_PER_OCTAVE] ?? 1;
  for (let octave = Math.floor(index / STEPS_PER_OCTAVE); octave > 0; octave -= 1) step /= 2;
  return step;
}

/** The index of the coarsest step on the grid that is not coarser than `step`. */
export function indexOfStep(step: number): number {
  let index = 0;
  while (index < STEP_COUNT - 1 && stepOfIndex(index) > step * 1.0000001) index += 1;
  return index;
}

/** The factor on all variances: 2^(8 - scale), that is 3 dB a scale. */
export function varianceFactor(scale: number): number {
  let factor = 1;
  for (let i = scale; i < UNSCALED; i += 1) factor *= 2;
  for (let i = UNSCALED; i < scale; i += 1) factor /= 2;
  return factor;
}
