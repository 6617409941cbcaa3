import type { GlobalPatterns, PatternData, TrendSignal } from '@omega-tv/types';
import { clusterRules } from './cluster.js';
import type { CohortRules } from './cohort.js';
import type { FederationConfig } from './config.js';
import { toTimeMs } from './decay.js';
import { advanceTime } from './fold-time.js';
import { mergeClose } from './merge.js';
import { toPatterns } from './published-patterns.js';
import { toTrends } from './published-trends.js';
import type { Cluster, FederationState, Touched, Trend } from './state.js';
import { pruneTally } from './tally.js';
import { trendRules } from './trend.js';

export interface Publication {
  readonly state: FederationState;
  readonly touched: Touched;
  /** The new version, or null where nothing changed. */
  readonly globals: GlobalPatterns | null;
}

/**
 * Publishes what the closed cohorts say. On the way it forgets what has expired or faded and
 * merges clusters that have come close; so the state may change where no version is made.
 * @param nowMs Unix ms, by the clock that gave the contributions their receive times.
 * @param trendsOfTitles published beside those of genres, see `titleTrends`.
 * @example
 * ```ts
 * import { contribute, createFederationConfig, emptyFederation, publish } from '@omega-tv/federation';
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
 * const { state } = contribute(emptyFederation(), contributions, keys, config);
 * const { globals } = publish(state, Date.UTC(2026, 10, 22), config);
 * console.log(globals?.version, globals?.patterns[0].id); // => 1 global:drama-1
 * ```
 */
export function publish(
  state: FederationState,
  nowMs: number,
  config: FederationConfig,
  trendsOfTitles: readonly TrendSignal[] = [],
): Publication {
  const tidied = tidyFederation(state, nowMs, config);
  const globals = composeGlobals(tidied.state, nowMs, config, trendsOfTitles);
  if (globals === null) return { ...tidied, globals };
  return { ...tidied, state: { ...tidied.state, published: globals }, globals };
}

/**
 * The first half of `publish`: forgets what has expired or faded and merges clusters that have come
 * close. A server does it in its writer's turn, so that a replay of its log does the same.
 */
export function tidyFederation(
  state: FederationState,
  nowMs: number,
  config: FederationConfig,
): Omit<Publication, 'globals'> {
  const time = advanceTime(state.counters, nowMs, config);
  const { latestMs } = time;
  const clusters = mergeClose(prune(state.clusters, latestMs, clusterRules(config)), config);
  const trends = prune(state.trends, latestMs, trendRules(config));
  const touched = {
    clusters: findChanges(state.clusters, clusters),
    trends: findChanges(state.trends, trends),
  };
  return {
    state: { ...state, clusters, trends, counters: { ...state.counters, ...time } },
    touched,
  };
}

/**
 * The second half: the version after `state.published`, or null where it would say the same. It reads
 * closed sums only, so that it may run beside the folds, on a state that they have left behind.
 * @param state tidied at `nowMs`.
 */
export function composeGlobals(
  state: FederationState,
  nowMs: number,
  config: FederationConfig,
  trendsOfTitles: readonly TrendSignal[] = [],
): GlobalPatterns | null {
  const { clusters, trends, published } = state;
  const { latestMs } = advanceTime(state.counters, nowMs, config);
  const patterns = toPatterns(clusters, published.patterns, config);
  const signals = [...trendsOfTitles, ...toTrends(trends, patterns, latestMs)];
  if (samePatterns(published.patterns, patterns) && sameTrends(published, signals)) return null;
  return {
    patterns,
    trends: signals,
    version: published.version + 1,
    timestamp: new Date(toTimeMs(nowMs)).toISOString(),
  };
}

function prune<Item extends Cluster | Trend>(
  items: ReadonlyMap<string, Item>,
  timeMs: number,
  rules: CohortRules,
): ReadonlyMap<string, Item> {
  const kept = new Map<string, Item>();
  for (const [id, item] of items) {
    const tally = pruneTally(item.tally, timeMs, rules);
    if (tally !== undefined) kept.set(id, tally === item.tally ? item : { ...item, tally });
  }
  return kept;
}

/** Ids whose record is another one, or gone. A publication adds none. */
function findChanges<Item>(
  before: ReadonlyMap<string, Item>,
  after: ReadonlyMap<string, Item>,
): readonly string[] {
  return [...before].filter(([id, item]) => after.get(id) !== item).map(([id]) => id);
}

/** Unchanged patterns are the same objects; their order alone makes no version. */
function samePatterns(before: readonly PatternData[], after: readonly PatternData[]): boolean {
  const known = new Set(before);
  return before.length === after.length && after.every((pattern) => known.has(pattern));
}

function sameTrends({ trends: before }: GlobalPatterns, after: readonly TrendSignal[]): boolean {
  return before.length === after.length && after.every((trend, i) => sameTrend(before[i], trend));
}

function sameTrend(a: TrendSignal | undefined, b: TrendSignal): boolean {
  return (
    a?.contentId === b.contentId &&
    a.score === b.score &&
    a.region === b.region &&
    a.genre === b.genre &&
    a.calculatedAt === b.calculatedAt
  );
}
