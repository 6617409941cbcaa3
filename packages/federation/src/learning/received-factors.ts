import type { Axes } from './axes.js';
import { apply } from './matrix.js';
import { FACTORS } from '@omega-tv/types';

/** Viewer factors as a delta brings them. */
export interface ReceivedFactors {
  /** Of the axes that they are given in. */
  readonly generation: number;
  readonly coordinates: ArrayLike<number>;
}

/**
 * The longest that viewer factors may be, in units of the whitened norm: an honest viewer's are
 * about sqrt(32) = 5.7 long.
 */
const MAX_NORM = 12;

/** In the coordinates of `axes`, cut to the longest; undefined where they cannot be used. */
export function receiveFactors(
  axes: Axes,
  factors: ReceivedFactors | undefined,
): Float64Array | undefined {
  if (factors?.coordinates.length !== FACTORS) return undefined;
  const { generation, coordinates } = factors;
  if (generation !== axes.generation && generation !== axes.generation - 1) return undefined;
  const x =
    generation === axes.generation
      ? Float64Array.from(coordinates)
      : apply(axes.fromPrevious, coordinates);
  return clip(x);
}

function clip(x: Float64Array): Float64Array | undefined {
  const norm = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  if (!(norm < Infinity)) return undefined;
  return norm <= MAX_NORM ? x : x.map((value) => (value * MAX_NORM) / norm);
}
