import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { PUBLISHED_ID_PREFIX } from '@omega-tv/types';
import type { CohortRules } from './cohort.js';
import type { FederationConfig } from './config.js';
import type { DraftClusters } from './draft-clusters.js';
import { isClosed } from './room.js';
import type { Cluster } from './state.js';
import { emptyTally } from './tally.js';

const MAX_SLUG_LENGTH = 32;
/**
 * While as many clusters wait for devices as may, a contribution joins its genre's nearest from
 * this cosine on: 95 % of the patterns of a genre's tastes lie above it, unrelated vectors far below.
 */
const CROWDED_JOIN_COSINE = 0.5;

export function clusterRules(config: FederationConfig): CohortRules {
  return { ...config, halfLifeMs: config.patternHalfLifeMs };
}

/**
 * The cluster that a unit vector belongs to: the nearest of its genre when near enough, else a new
 * one (findEvicted makes room). However many a genre has, none takes in what lies far from it.
 */
export function findCluster(
  clusters: DraftClusters,
  genre: string,
  vector: Float64Array,
  config: FederationConfig,
): Cluster {
  const siblings = clusters.genres.get(genre) ?? [];
  const [nearest, similarity] = findNearest(siblings, vector);
  const waiting = siblings.filter((cluster) => !isClosed(cluster)).length;
  const isCrowded = waiting >= config.clustersPerGenre;
  const least = isCrowded ? Math.min(CROWDED_JOIN_COSINE, config.joinCosine) : config.joinCosine;
  if (nearest !== undefined && similarity >= least) return nearest;
  return { id: freeId(clusters.all, genre), genre, tally: emptyTally() };
}

function findNearest(
  clusters: readonly Cluster[],
  vector: Float64Array,
): readonly [Cluster | undefined, number] {
  let nearest: Cluster | undefined;
  let highest = -Infinity;
  for (const cluster of clusters) {
    const similarity = cosineSimilarity(centreOf(cluster), vector);
    // Ties go by id, not by the order in which a store gave the records back.
    const isTied = similarity === highest && nearest !== undefined && cluster.id < nearest.id;
    if (similarity > highest || isTied) [nearest, highest] = [cluster, similarity];
  }
  return [nearest, highest];
}

/** Where a cluster lies: by what it may publish, or while that is nothing by what waits. */
function centreOf(cluster: Cluster): Float64Array {
  const { closed, open } = cluster.tally;
  const [waiting] = open;
  return isClosed(cluster) || waiting === undefined ? closed.vector : waiting.vector;
}

/** Readable, and free: `global:drama-2` where `global:drama-1` is taken. */
function freeId(clusters: ReadonlyMap<string, Cluster>, genre: string): string {
  const words = genre
    .toLowerCase()
    .slice(0, MAX_SLUG_LENGTH)
    .split(/[^a-z0-9]+/);
  const slug = words.filter((word) => word !== '').join('-') || 'other';
  let number = 1;
  while (clusters.has(`${PUBLISHED_ID_PREFIX}${slug}-${number}`)) number += 1;
  return `${PUBLISHED_ID_PREFIX}${slug}-${number}`;
}
