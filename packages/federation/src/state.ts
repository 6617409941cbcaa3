import type { GlobalPatterns } from '@omega-tv/types';
import type { FoldTime } from './fold-time.js';
import type { Tally } from './tally.js';

/** Contributions that lie together: a pattern in the making. */
export interface Cluster {
  /** Also the id of the published pattern, such as `global:drama-2`. */
  readonly id: string;
  readonly genre: string;
  readonly tally: Tally;
}

/** How much of a genre is being watched in a region. */
export interface Trend {
  /** Region and genre, such as `US:drama`. */
  readonly id: string;
  /** ISO 3166-1 alpha-2; `ZZ` where no region is known. */
  readonly region: string;
  readonly genre: string;
  readonly tally: Tally;
}

/** Whole samples, no higher than 2^53 - 1, and the time that the fold has come to. */
export interface FederationCounters extends FoldTime {
  /** New samples of all contributions. */
  readonly samples: number;
  /** Those of contributions that took part in learning. */
  readonly samplesLearned: number;
}

/**
 * All that the federation knows: plain data (maps, typed arrays, numbers, strings) that structured
 * clone and `v8.serialize` keep exactly. Store each cluster and each trend as a record under its
 * id, `counters` and `published` as one record each.
 */
export interface FederationState {
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly trends: ReadonlyMap<string, Trend>;
  readonly counters: FederationCounters;
  /** The last publication; version 0 before the first. */
  readonly published: GlobalPatterns;
}

/** Ids of records to write, or to delete where the new state no longer has them. */
export interface Touched {
  readonly clusters: readonly string[];
  readonly trends: readonly string[];
}

/**
 * Where a federation begins: nothing learned, nothing published.
 * @example
 * ```ts
 * import { emptyFederation } from '@omega-tv/federation';
 *
 * console.log(emptyFederation().published.version); // => 0
 * ```
 */
export function emptyFederation(): FederationState {
  return {
    clusters: new Map(),
    trends: new Map(),
    counters: { samples: 0, samplesLearned: 0, latestMs: 0, clockMs: 0 },
    published: { patterns: [], trends: [], version: 0, timestamp: new Date(0).toISOString() },
  };
}
