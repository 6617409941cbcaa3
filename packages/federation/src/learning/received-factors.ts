import type { Axes } from './axes.js';
import type { LearningConfig } from './config.js';
import { apply } from './matrix.js';
import { FACTORS } from '@omega-tv/types';

/** Viewer factors as a delta brings them. */
export interface ReceivedFactors {
  /** Of the axes that they are given in. */
  readonly generation: number;
  readonly coordinates: ArrayLike<number>;
}

/** In the coordinates of `axes`, cut to the longest; undefined where they cannot be used. */
export function receiveFactors(
  axes: Axes,
  factors: ReceivedFactors | undefined,
  { maxViewerNorm }: Pick<LearningConfig, 'maxViewerNorm'>,
): Float64Array | undefined {
  if (factors?.coordinates.length !== FACTORS) return undefined;
  const { generation, coordinates } = factors;
  const { previous = axes.generation - 1 } = axes;
  if (generation !== axes.generation && generation !== previous) return undefined;
  const x =
    generation === axes.generation
      ? Float64Array.from(coordinates)
      : apply(axes.fromPrevious, coordinates);
  return clip(x, maxViewerNorm);
}

function clip(x: Float64Array, longest: number): Float64Array | undefined {
  const norm = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  if (!(norm < Infinity)) return undefined;
  return norm <= longest ? x : x.map((value) => (value * longest) / norm);
}
