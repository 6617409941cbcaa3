import type { FederationConfig } from './config.js';
import type { Cluster } from './state.js';
import { addClosed, weightAt } from './tally.js';
import { dot, toUnit } from './vector.js';

/**
 * Merges clusters of one genre that have come close. Only closed sums decide, so a merge changes
 * what is published only after a cohort has closed: it tells nothing of a single device.
 */
export function mergeClose(
  clusters: ReadonlyMap<string, Cluster>,
  config: FederationConfig,
): ReadonlyMap<string, Cluster> {
  const merged = new Map(clusters);
  const genres = new Set([...clusters.values()].map(({ genre }) => genre));
  for (const genre of genres) mergeGenre(merged, genre, config);
  return merged;
}

function mergeGenre(clusters: Map<string, Cluster>, genre: string, config: FederationConfig): void {
  const siblings = [...clusters.values()]
    .filter((cluster) => cluster.genre === genre && cluster.tally.closed.weight > 0)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const pair = findClosest(siblings, config.mergeCosine);
  if (pair === undefined) return;
  const [survivor, absorbed] = pair;
  clusters.delete(absorbed.id);
  clusters.set(survivor.id, merge(survivor, absorbed, config));
  mergeGenre(clusters, genre, config);
}

/** The two closest clusters at or above the threshold, the heavier first (by id on a tie). */
function findClosest(
  siblings: readonly Cluster[],
  threshold: number,
): readonly [Cluster, Cluster] | undefined {
  let closest: readonly [Cluster, Cluster] | undefined;
  let highest = threshold;
  const units = siblings.map(({ tally }) => toUnit(tally.closed.vector));
  siblings.forEach((a, i) => {
    for (let j = i + 1; j < siblings.length; j += 1) {
      const [b, one, other] = [siblings[j], units[i], units[j]];
      if (b === undefined) continue;
      const similarity = one === undefined || other === undefined ? 0 : dot(one, other);
      if (similarity < highest || (similarity === highest && closest !== undefined)) continue;
      const step = Math.max(a.tally.closed.step, b.tally.closed.step);
      closest = weightAt(a.tally, step) >= weightAt(b.tally, step) ? [a, b] : [b, a];
      highest = similarity;
    }
  });
  return closest;
}

/**
 * Closed sums add. Open cohorts have different keys, so they stay apart and are filled one after
 * the other; beyond `clustersPerGenre` of them the last are given up, which bounds the tags held.
 */
function merge(survivor: Cluster, absorbed: Cluster, config: FederationConfig): Cluster {
  const open = [...survivor.tally.open, ...absorbed.tally.open];
  return {
    ...survivor,
    tally: {
      closed: addClosed(survivor.tally.closed, absorbed.tally.closed),
      open: open.slice(0, config.clustersPerGenre),
    },
  };
}
