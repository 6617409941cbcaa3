import { QUALITY_THRESHOLD, SyncError, V1_EMBEDDING_DIMENSION } from '@omega-tv/types';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How contributions become global patterns. */
export interface FederationConfig {
  /**
   * k: nothing is published or changed that fewer distinct devices contributed to. Default 10.
   * 1 is for tests only: it protects no one.
   */
  readonly minDevices: number;
  /**
   * The most samples of one device in a cohort, and so the most that it weighs. Default 10, the
   * least that a pattern needs to leave its TV: all TVs weigh alike once they may speak.
   */
  readonly maxSamplesPerDevice: number;
  /**
   * The most samples of one device that are learned in a half-life of patterns: who comes back joins
   * cohort after cohort, but weighs no more than this. Default 100.
   */
  readonly maxSamplesPerHalfLife: number;
  /**
   * The farthest that a contribution may lie from the centre of a young cluster, both of unit length; what
   * lies farther is moved to this distance (centred clipping). It narrows with the root of what stands
   * behind the centre, to a quarter. Default 0.2.
   */
  readonly clippingDistance: number;
  /**
   * Clusters of one genre that k devices closed, and as many that wait for them; where k devices close
   * a further one, the lightest gives way. Default 8.
   */
  readonly clustersPerGenre: number;
  /**
   * Genres with such clusters, and as many that wait; where k devices close a further one, the
   * lightest gives way. Default 64.
   */
  readonly maxGenres: number;
  /** Least cosine to a cluster's centre at which a contribution joins it. Default 0.75. */
  readonly joinCosine: number;
  /** Cosine of two centres from which their clusters are merged. Default 0.9. */
  readonly mergeCosine: number;
  /** A pattern that stays above this cosine to what was published keeps its floats. Default 0.9995. */
  readonly steadyCosine: number;
  /** Milliseconds after which what was learned weighs half. Default 30 days. */
  readonly patternHalfLifeMs: number;
  /** The same for trends. Default 1 day. */
  readonly trendHalfLifeMs: number;
  /**
   * The most that decay and freshness advance at once, in milliseconds: a clock that jumps further
   * is not believed. Where times are data, as in a log, 2^53 - 1 trusts them all. Default 2 days.
   */
  readonly maxClockStepMs: number;
  /** Coordinates of an embedding; a contribution of another length is not learned. Default 384. */
  readonly dimension: number;
}

const DEFAULTS: FederationConfig = {
  minDevices: 10,
  maxSamplesPerDevice: QUALITY_THRESHOLD.minSampleCount,
  maxSamplesPerHalfLife: 100,
  clippingDistance: 0.2,
  clustersPerGenre: 8,
  maxGenres: 64,
  joinCosine: 0.75,
  mergeCosine: 0.9,
  steadyCosine: 0.9995,
  patternHalfLifeMs: 30 * DAY_MS,
  trendHalfLifeMs: DAY_MS,
  maxClockStepMs: 2 * DAY_MS,
  dimension: V1_EMBEDDING_DIMENSION,
};

const COUNTS = [
  'minDevices',
  'maxSamplesPerDevice',
  'maxSamplesPerHalfLife',
  'clustersPerGenre',
  'maxGenres',
  'patternHalfLifeMs',
  'trendHalfLifeMs',
  'maxClockStepMs',
  'dimension',
] as const;
const COSINES = ['joinCosine', 'mergeCosine', 'steadyCosine'] as const;

/**
 * Fills in the defaults.
 * @throws SyncError `invalid-config` with the field that cannot work.
 * @example
 * ```ts
 * import { createFederationConfig } from '@omega-tv/federation';
 *
 * const { minDevices, joinCosine } = createFederationConfig({ minDevices: 25 });
 * console.log(minDevices, joinCosine); // => 25 0.75
 * ```
 */
export function createFederationConfig(options: Partial<FederationConfig> = {}): FederationConfig {
  const config = { ...DEFAULTS, ...options };
  for (const field of COUNTS) {
    refuseUnless(
      Number.isSafeInteger(config[field]) && config[field] >= 1,
      field,
      config[field],
      'a whole number of at least 1',
    );
  }
  for (const field of COSINES) {
    refuseUnless(
      config[field] >= -1 && config[field] <= 1,
      field,
      config[field],
      'a cosine, from -1 to 1',
    );
  }
  refuseUnless(
    config.clippingDistance > 0 && config.clippingDistance <= 2,
    'clippingDistance',
    config.clippingDistance,
    'above 0, and at most 2',
  );
  refuseUnless(
    config.mergeCosine >= config.joinCosine,
    'mergeCosine',
    config.mergeCosine,
    `at least joinCosine (${config.joinCosine}), or clusters would merge as fast as they start`,
  );
  return config;
}

function refuseUnless(valid: boolean, field: string, value: unknown, expected: string): void {
  if (valid) return;
  throw new SyncError('invalid-config', `${field} is ${String(value)}, but must be ${expected}`, {
    field,
  });
}
