import { eigenOf } from './eigen.js';
import { identity, multiply, transpose, type Matrix } from './matrix.js';
import { FACTORS } from '@omega-tv/types';

/**
 * Weaker axes than this share of the strongest are stretched no further. Stretched to unit variance
 * they would round to zero in titles, so that viewers lose their part along them, and the next
 * generation makes them weaker still.
 */
const LEAST_WEIGHT_SHARE = 0.01;

/**
 * The coordinates that a generation's factors are given in. With x the viewer's factors as the
 * model has them and y a title's, TVs and server hold L^-1 x and L'y: their product is the same,
 * viewers have unit variance along every axis, and one step quantises all titles alike.
 */
export interface Axes {
  /** 0: text coordinates, as every fleet starts; then 1, 2, ... */
  readonly generation: number;
  /** The generation before, where it is another one than the number before. */
  readonly previous?: number;
  /** The next generation is no lower: a server that was lost may have used those below. */
  readonly nextAtLeast?: number;
  /** L, row by row. */
  readonly loading: Matrix;
  /** Variance of viewers along each axis before whitening, or the least that counts: the ridge of viewers is this, that of titles one over it. */
  readonly weights: Float64Array;
  /** Takes viewer factors of the generation before into this one; the identity in generation 0. */
  readonly fromPrevious: Matrix;
}

/** 2^(0/4) to 2^(4/4): weights are whole powers of 2^(1/4), so that TVs get them in a byte each. */
const HALF = Math.sqrt(2);
const QUARTER = Math.sqrt(HALF);
const STEPS = [1, QUARTER, HALF, HALF * QUARTER, 2];

/** The nearest of the grid. */
function toGrid(value: number): number {
  let octave = 1;
  while (octave > value) octave /= 2;
  while (octave * 2 <= value) octave *= 2;
  const distance = (step: number): number => Math.abs(value - octave * step);
  return octave * STEPS.reduce((best, step) => (distance(step) < distance(best) ? step : best));
}

/** True for an axis along which viewers may vary less than by one. */
export function isWeak({ weights }: Axes, axis: number): boolean {
  return (weights[axis] ?? 0) <= toGrid((weights[0] ?? 0) * LEAST_WEIGHT_SHARE);
}

export function startAxes(): Axes {
  return {
    generation: 0,
    loading: identity(FACTORS),
    weights: new Float64Array(FACTORS).fill(1),
    fromPrevious: identity(FACTORS),
  };
}

/**
 * The next generation: L = V diag(sqrt w) from the viewers' second moments V diag(w) V'.
 * @param moments mean of (viewer factors)(viewer factors)', in the coordinates of `axes`.
 */
export function renewAxes(axes: Axes, moments: Matrix): Axes {
  const { loading: before } = axes;
  const plain = multiply(multiply(before, moments), transpose(before));
  const { values, vectors } = eigenOf(plain, FACTORS);
  const least = Math.max((values[0] ?? 0) * LEAST_WEIGHT_SHARE, Number.MIN_VALUE);
  const weights = values.map((value) => toGrid(Math.max(value, least)));
  const roots = weights.map((weight) => Math.sqrt(weight));
  const loading = vectors.map((value, at) => value * (roots[at % FACTORS] ?? 0));
  const inverse = transpose(vectors).map(
    (value, at) => value / (roots[Math.floor(at / FACTORS)] ?? 1),
  );
  const following = axes.generation + 1;
  const generation = Math.max(following, axes.nextAtLeast ?? 0);
  return {
    generation,
    ...(generation === following ? {} : { previous: axes.generation }),
    loading,
    weights,
    fromPrevious: multiply(inverse, before),
  };
}
