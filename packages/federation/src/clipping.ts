import type { FederationConfig } from './config.js';
import { isClosed } from './room.js';
import type { Cluster } from './state.js';
import { toUnit } from './vector.js';

/**
 * Moves a unit vector towards the centre of its cluster until it is no farther away than
 * `clippingDistance`: whatever a device says, it moves the sum by no more than that. Before k devices
 * have closed a cohort there is no centre to hold on to. Centred clipping: Karimireddy, He, Jaggi
 * (2021), "Learning from history for Byzantine robust optimization".
 */
export function clipToCentre(
  vector: Float64Array,
  cluster: Cluster,
  { clippingDistance }: FederationConfig,
): Float64Array {
  const { closed } = cluster.tally;
  const centre = isClosed(cluster) ? toUnit(closed.vector, closed.weight) : undefined;
  if (centre === undefined) return vector;
  let squared = 0;
  vector.forEach((value, i) => {
    const away = value - (centre[i] ?? 0);
    squared += away * away;
  });
  const distance = Math.sqrt(squared);
  if (distance <= clippingDistance) return vector;
  const share = clippingDistance / distance;
  return centre.map((value, i) => value + ((vector[i] ?? 0) - value) * share);
}
