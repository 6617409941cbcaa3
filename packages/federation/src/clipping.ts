import type { FederationConfig } from './config.js';
import { isClosed } from './room.js';
import type { Cluster } from './state.js';
import { toUnit } from './vector.js';

/** What is left of `clippingDistance` where many stand behind the centre. */
const NARROWEST = 1 / 4;

/**
 * Moves a unit vector towards the centre of its cluster until it is no farther away than
 * the cluster allows: whatever a device says, it moves the sum by no more than that. Before k devices
 * have closed a cohort there is no centre to hold on to. Centred clipping: Karimireddy, He, Jaggi
 * (2021), "Learning from history for Byzantine robust optimization".
 */
export function clipToCentre(
  vector: Float64Array,
  cluster: Cluster,
  config: FederationConfig,
): Float64Array {
  const { closed } = cluster.tally;
  const centre = isClosed(cluster) ? toUnit(closed.vector, closed.weight) : undefined;
  if (centre === undefined) return vector;
  let squared = 0;
  for (let i = 0; i < vector.length; i += 1) {
    const away = (vector[i] ?? 0) - (centre[i] ?? 0);
    squared += away * away;
  }
  const distance = Math.sqrt(squared);
  const allowed = allowedDistance(closed.weight, config);
  if (distance <= allowed) return vector;
  const share = allowed / distance;
  return centre.map((value, i) => value + ((vector[i] ?? 0) - value) * share);
}

/**
 * A young centre is a mean of few devices, so much may be missing from it: what comes may move it by
 * `clippingDistance`. The error of a mean falls with the root of what stands behind it, and so does this,
 * down to a quarter: a taste that moves is still followed, and liars who lie as far away as joins do move
 * it by little more than their share of that quarter.
 */
function allowedDistance(
  weight: number,
  { clippingDistance, minDevices, maxSamplesPerDevice }: FederationConfig,
): number {
  const cohort = minDevices * maxSamplesPerDevice;
  return clippingDistance * Math.max(NARROWEST, Math.sqrt(cohort / Math.max(cohort, weight)));
}
