/** Draws the keys of cohorts and tags devices with them. The server passes HMAC-SHA256. */
export interface CohortKeys {
  /** A fresh secret, at least 128 bits of chance where privacy counts. */
  drawKey(): string;
  /** A keyed hash: equal for equal arguments, else distinct. */
  tagDevice(key: string, deviceId: string): string;
}

/** Weighted sums; `vector` is empty where only weights count (trends). */
export interface Sums {
  readonly vector: Float64Array;
  /** Sum of success rate x samples: samples that were watched to the end. */
  readonly weight: number;
  readonly samples: number;
}

/** Contributions that wait until enough distinct devices stand behind them. */
export interface Cohort extends Sums {
  readonly key: string;
  /** Fold time, Unix ms. */
  readonly openedAtMs: number;
  /** What each device holds, by its tag under this cohort's key. */
  readonly devices: ReadonlyMap<string, Holding>;
}

/** One device's part of a cohort: its weight, and the samples behind it. */
export type Holding = Pick<Sums, 'weight' | 'samples'>;

/** One device's part on its way into a cohort. */
export interface Share {
  readonly deviceId: string;
  /** Unit length, or empty. */
  readonly vector: Float64Array;
  /** 0 to 1. */
  readonly successRate: number;
  readonly samples: number;
  /** Fold time, Unix ms. */
  readonly atMs: number;
  /** The clock's time, Unix ms: for show only. */
  readonly clockMs: number;
}

/** When a cohort may close, and how long it may wait. */
export interface CohortRules {
  readonly minDevices: number;
  readonly maxSamplesPerDevice: number;
  readonly halfLifeMs: number;
}

/**
 * Lighter shares are not learned. So a cohort holds at most k x maxSamplesPerDevice tags: at that
 * number its weight is k/2 x maxSamplesPerDevice at least, and no device exceeds 2/k of it.
 */
const MIN_SHARE_WEIGHT = 0.5;
const NOTHING: Holding = { weight: 0, samples: 0 };

export function openCohort(keys: CohortKeys, openedAtMs: number): Cohort {
  return {
    key: keys.drawKey(),
    openedAtMs,
    devices: new Map(),
    vector: new Float64Array(0),
    weight: 0,
    samples: 0,
  };
}

/** The weight that a share would have in a fresh cohort; 0 where it is too light to be learned. */
export function shareWeight(
  { successRate, samples }: Pick<Share, 'successRate' | 'samples'>,
  rules: Pick<CohortRules, 'maxSamplesPerDevice'>,
): number {
  const weight = Math.min(successRate, 1) * Math.min(samples, rules.maxSamplesPerDevice);
  return weight >= MIN_SHARE_WEIGHT ? weight : 0;
}

/**
 * Adds a share, cut to the samples that its device has left (a weight is never above its samples,
 * so that this caps both); the same object where that is too light to be learned.
 */
export function joinCohort(
  cohort: Cohort,
  share: Share,
  keys: CohortKeys,
  rules: CohortRules,
): Cohort {
  const tag = keys.tagDevice(cohort.key, share.deviceId);
  const held = cohort.devices.get(tag) ?? NOTHING;
  const samples = Math.min(share.samples, rules.maxSamplesPerDevice - held.samples);
  const weight = shareWeight({ ...share, samples }, rules);
  if (weight === 0) return cohort;
  const holding = { weight: held.weight + weight, samples: held.samples + samples };
  return {
    ...cohort,
    devices: new Map(cohort.devices).set(tag, holding),
    vector: addWeighted(cohort.vector, share.vector, weight),
    weight: cohort.weight + weight,
    samples: cohort.samples + samples,
  };
}

/** A loop, for a callback a value doubles what a share costs, and every share comes by here. */
function addWeighted(sum: Float64Array, vector: Float64Array, weight: number): Float64Array {
  const added = vector.slice();
  for (let i = 0; i < added.length; i += 1) {
    added[i] = (sum[i] ?? 0) + (added[i] ?? 0) * weight;
  }
  return added;
}

/** True when k distinct devices stand behind it and none holds more than 2/k of its weight. */
export function isComplete(cohort: Cohort, { minDevices }: CohortRules): boolean {
  if (cohort.devices.size < minDevices) return false;
  let heaviest = 0;
  for (const { weight } of cohort.devices.values()) heaviest = Math.max(heaviest, weight);
  return heaviest * minDevices <= 2 * cohort.weight;
}

/** True when it waited longer than a half-life: it is forgotten, and its tags with it. */
export function isExpired(cohort: Cohort, nowMs: number, { halfLifeMs }: CohortRules): boolean {
  return nowMs - cohort.openedAtMs > halfLifeMs;
}
