import { MAX_INTEGER } from '@omega-tv/types';
import { clipToCentre } from './clipping.js';
import { clusterRules, findCluster } from './cluster.js';
import { shareWeight, type CohortKeys, type Share } from './cohort.js';
import type { FederationConfig } from './config.js';
import type { Contribution } from './contribution.js';
import { copyOf, type MutableMap } from './copy-on-write-map.js';
import { toTimeMs } from './decay.js';
import { DraftClusters } from './draft-clusters.js';
import { advanceTime } from './fold-time.js';
import { findEvicted, findOutweighed, isClosed, Standings } from './room.js';
import type { Cluster, FederationState, Touched, Trend } from './state.js';
import { addShare, type Tally } from './tally.js';
import { findTrend, trendRules } from './trend.js';
import { toUnit } from './vector.js';

/** The state on its way. */
interface Draft {
  readonly clusters: DraftClusters;
  readonly trends: MutableMap<string, Trend>;
  readonly standings: Standings;
  readonly touched: { readonly clusters: Set<string>; readonly trends: Set<string> };
}

/**
 * Folds contributions into the state, in their order. Copy on write: the state given is left as it
 * is, and records that did not change are shared with it. Nothing published changes here.
 *
 * Counted but not learned: a vector without direction or of another length, a weight below half a
 * sample, and what exceeds a device's cap.
 * @example
 * ```ts
 * import { contribute, createFederationConfig, emptyFederation } from '@omega-tv/federation';
 *
 * const config = createFederationConfig({ minDevices: 2 });
 * let keysDrawn = 0;
 * const keys = {
 *   drawKey: () => String(keysDrawn++), // yours: a secret
 *   tagDevice: (key, deviceId) => `${key}/${deviceId}`, // yours: HMAC-SHA256
 * };
 * const contributions = ['kitchen', 'attic'].map((deviceId) => ({
 *   deviceId,
 *   genre: 'drama',
 *   embedding: new Float32Array(384).fill(0.05),
 *   successRate: 0.9,
 *   newSamples: 12,
 *   receivedAtMs: Date.UTC(2026, 10, 22),
 * }));
 * const { state, touched } = contribute(emptyFederation(), contributions, keys, config);
 * console.log(state.counters.samples, touched.clusters); // => 24 [ 'global:drama-1' ]
 * ```
 */
export function contribute(
  state: FederationState,
  contributions: readonly Contribution[],
  keys: CohortKeys,
  config: FederationConfig,
): { readonly state: FederationState; readonly touched: Touched } {
  // Seven of ten pushes bring nothing.
  if (!contributions.some(({ newSamples }) => newSamples > 0)) {
    return { state, touched: { clusters: [], trends: [] } };
  }
  const draft: Draft = {
    clusters: new DraftClusters(state.clusters),
    trends: copyOf(state.trends),
    standings: new Standings(keys),
    touched: { clusters: new Set(), trends: new Set() },
  };
  let { counters } = state;
  for (const contribution of contributions) {
    const { newSamples, receivedAtMs } = contribution;
    if (!(newSamples > 0)) continue;
    const time = advanceTime(counters, receivedAtMs, config);
    const isLearned = learn(draft, contribution, time.latestMs, keys, config);
    counters = {
      ...time,
      samples: addCapped(counters.samples, newSamples),
      samplesLearned: addCapped(counters.samplesLearned, isLearned ? newSamples : 0),
    };
  }
  const { clusters, trends, touched } = draft;
  return {
    state: { ...state, clusters: clusters.all, trends, counters },
    touched: { clusters: [...touched.clusters], trends: [...touched.trends] },
  };
}

/** False where the contribution adds nothing to a cluster. */
function learn(
  draft: Draft,
  contribution: Contribution,
  atMs: number,
  keys: CohortKeys,
  config: FederationConfig,
): boolean {
  const { clusters, trends, standings, touched } = draft;
  const whole = toShare(contribution, atMs, config);
  if (whole === undefined) return false;
  const cluster = findCluster(clusters, contribution.genre, whole.vector, config);
  const share = { ...whole, vector: clipToCentre(whole.vector, cluster, config) };
  if (!clusters.all.has(cluster.id)) {
    evict(draft, findEvicted(clusters.genres, contribution, standings, config), contribution.genre);
  }
  const trend = findTrend(trends, contribution.region, contribution.genre);
  const tally = addShare(cluster.tally, share, keys, clusterRules(config));
  const pulse = { ...share, vector: new Float64Array(0) };
  keep(trends, touched.trends, trend, addShare(trend.tally, pulse, keys, trendRules(config)));
  const isLearned = keep(clusters, touched.clusters, cluster, tally);
  if (!isClosed(cluster) && isClosed({ ...cluster, tally })) {
    const { step } = tally.closed;
    evict(draft, findOutweighed(clusters.genres, cluster, step, config), cluster.genre);
  }
  return isLearned;
}

/** Removes clusters; a genre that goes with them takes its trends along, which bounds those too. */
function evict({ clusters, trends, touched }: Draft, evicted: readonly Cluster[], genre: string) {
  for (const cluster of evicted) {
    clusters.delete(cluster);
    touched.clusters.add(cluster.id);
  }
  const gone = new Set(evicted.map((cluster) => cluster.genre));
  gone.delete(genre);
  if (gone.size === 0) return;
  for (const trend of trends.values()) {
    if (!gone.has(trend.genre)) continue;
    trends.delete(trend.id);
    touched.trends.add(trend.id);
  }
}

/** Undefined where there is nothing to learn. */
function toShare(
  contribution: Contribution,
  atMs: number,
  config: FederationConfig,
): Share | undefined {
  const { deviceId, embedding, successRate, newSamples, receivedAtMs } = contribution;
  const { learnedSamples = newSamples } = contribution;
  if (embedding.length !== config.dimension) return undefined;
  const vector = toUnit(embedding);
  if (vector === undefined) return undefined;
  const share = {
    deviceId,
    vector,
    successRate,
    samples: Math.min(newSamples, learnedSamples),
    atMs,
    clockMs: toTimeMs(receivedAtMs),
  };
  return shareWeight(share, config) > 0 ? share : undefined;
}

/** Stores the record with its new tally; false where the tally did not change. */
function keep<Item extends Cluster | Trend>(
  items: Pick<MutableMap<string, Item>, 'set'>,
  touched: Set<string>,
  item: Item,
  tally: Tally,
): boolean {
  if (tally === item.tally) return false;
  items.set(item.id, { ...item, tally });
  touched.add(item.id);
  return true;
}

function addCapped(a: number, b: number): number {
  return Math.min(a + b, MAX_INTEGER);
}
