import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { MAX_INTEGER, type PatternData } from '@omega-tv/types';
import type { FederationConfig } from './config.js';
import { isClosed } from './room.js';
import type { Cluster, FederationState, Trend } from './state.js';
import { weightAt } from './tally.js';
import { toUnit } from './vector.js';

/** A success rate that moved less than this, or a count by less than this factor, stays as it was. */
const STEADY_RATE = 0.02;
/** Rates are published in whole percents: finer ones tell and cost more than they teach. */
const RATE_STEPS = 100;
const STEADY_COUNT_FACTOR = 1.5;

/**
 * The patterns that the closed sums publish, strongest first. One that hardly moved is the very
 * object of the publication before, so that its record, floats included, stays the same.
 */
export function toPatterns(
  clusters: ReadonlyMap<string, Cluster>,
  previous: readonly PatternData[],
  config: FederationConfig,
): readonly PatternData[] {
  const before = new Map(previous.map((pattern) => [pattern.id, pattern]));
  return sortByWeight([...clusters.values()])
    .map((cluster) => toPattern(cluster))
    .filter((pattern) => pattern !== undefined)
    .map((pattern) => keepSteady(pattern, before.get(pattern.id), config));
}

/** Undefined while nothing is closed, or the closed sums point nowhere. */
function toPattern({ id, genre, tally }: Cluster): PatternData | undefined {
  const { vector, weight, samples } = tally.closed;
  const unit = toUnit(vector, weight);
  if (unit === undefined) return undefined;
  return {
    id,
    embedding: Float32Array.from(unit),
    successRate: Math.min(Math.round((weight / samples) * RATE_STEPS) / RATE_STEPS, 1),
    sampleCount: Math.min(Math.max(Math.round(samples), 1), MAX_INTEGER),
    genre,
  };
}

function keepSteady(
  pattern: PatternData,
  before: PatternData | undefined,
  { steadyCosine }: FederationConfig,
): PatternData {
  if (before === undefined) return pattern;
  const isSteady =
    before.genre === pattern.genre &&
    (cosineSimilarity(before.embedding, pattern.embedding) > steadyCosine ||
      before.embedding.every((value, i) => value === pattern.embedding[i])) &&
    Math.abs(before.successRate - pattern.successRate) < STEADY_RATE &&
    before.sampleCount < pattern.sampleCount * STEADY_COUNT_FACTOR &&
    pattern.sampleCount < before.sampleCount * STEADY_COUNT_FACTOR;
  return isSteady ? before : pattern;
}

/**
 * What a publication reads of clusters and trends: closed sums, of the heaviest clusters alone where
 * there are more than a snapshot can hold. Small enough to be handed to another thread.
 */
export function publishableFederation(
  state: FederationState,
  maxPatterns: number,
): FederationState {
  const closed = [...state.clusters.values()].filter(isClosed);
  const heaviest = sortByWeight(closed).slice(0, maxPatterns);
  const trends = [...state.trends.values()].filter(({ tally }) => tally.closed.weight > 0);
  return {
    ...state,
    clusters: new Map(heaviest.map((cluster) => [cluster.id, withoutOpen(cluster)])),
    trends: new Map(trends.map((trend) => [trend.id, withoutOpen(trend)])),
  };
}

function withoutOpen<Item extends Cluster | Trend>(item: Item): Item {
  return { ...item, tally: { ...item.tally, open: [] } };
}

/** By weight at one common step, so that time alone changes no order; ids break ties. */
function sortByWeight(clusters: readonly Cluster[]): readonly Cluster[] {
  const step = clusters.reduce((latest, { tally }) => Math.max(latest, tally.closed.step), 0);
  return clusters
    .map((cluster) => ({ cluster, weight: weightAt(cluster.tally, step) }))
    .sort((a, b) => b.weight - a.weight || (a.cluster.id < b.cluster.id ? -1 : 1))
    .map(({ cluster }) => cluster);
}
