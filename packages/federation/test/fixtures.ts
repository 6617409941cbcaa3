import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { createHmac } from 'node:crypto';
import { globalPatternsToWire, type GlobalPatterns } from '@omega-tv/types';
import { loadCatalogue, type Title } from '@omega-tv/catalogue';
import { createFederationConfig, type FederationConfig } from '../src/config.js';
import { contribute } from '../src/contribute.js';
import type { CohortKeys } from '../src/cohort.js';
import type { Contribution } from '../src/contribution.js';
import { publish } from '../src/publish.js';
import { emptyFederation, type FederationState } from '../src/state.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const START_MS = Date.UTC(2026, 0, 1);

export const titles = loadCatalogue();
export const dramas = titles.filter(({ genres }) => genres[0] === 'drama');

/** k = 3 keeps the tests readable. */
export const config = createFederationConfig({ minDevices: 3 });
/** For times that are data: months pass in one step. */
export const trusting = { ...config, maxClockStepMs: Number.MAX_SAFE_INTEGER };

export function hmacKeys(secret = 'secret'): CohortKeys {
  let drawn = 0;
  return {
    drawKey: () => `${secret}-${(drawn += 1)}`,
    tagDevice: (key, deviceId) => createHmac('sha256', key).update(deviceId).digest('hex'),
  };
}

export function contributionOf(
  deviceId: string,
  embedding: Float32Array,
  changes: Partial<Contribution> = {},
): Contribution {
  return {
    deviceId,
    genre: 'drama',
    embedding,
    successRate: 0.8,
    newSamples: 10,
    receivedAtMs: START_MS,
    ...changes,
  };
}

/** The nearest titles of a title, itself first. */
export function likeTitles(seed: Title, count: number, among: readonly Title[] = titles): Title[] {
  return [...among]
    .sort(
      (a, b) =>
        cosineSimilarity(b.embedding, seed.embedding) -
        cosineSimilarity(a.embedding, seed.embedding),
    )
    .slice(0, count);
}

export function meanOf(liked: readonly Title[]): Float32Array {
  const sum = new Float32Array(384);
  for (const { embedding } of liked) embedding.forEach((value, i) => (sum[i]! += value));
  return sum.map((value) => value / liked.length);
}

/** Patterns of `count` devices of one taste: means of five of the 12 titles most like a seed. */
export function tastePatterns(
  seed: Title,
  count: number,
  among?: readonly Title[],
): Float32Array[] {
  const liked = likeTitles(seed, 12, among);
  return Array.from({ length: count }, (_, device) =>
    meanOf(Array.from({ length: 5 }, (_, i) => liked[(device + i * (1 + (device % 3))) % 12]!)),
  );
}

/** Folds into an empty state or the one given. */
export function fold(
  contributions: readonly Contribution[],
  settings: FederationConfig = config,
  state: FederationState = emptyFederation(),
  keys: CohortKeys = hmacKeys(),
): FederationState {
  return contribute(state, contributions, keys, settings).state;
}

/** Publishes and returns the state and what TVs would now get. */
export function publishNow(
  state: FederationState,
  nowMs = START_MS,
  settings: FederationConfig = config,
): { state: FederationState; globals: GlobalPatterns } {
  const next = publish(state, nowMs, settings).state;
  return { state: next, globals: next.published };
}

export function toBytes(globals: GlobalPatterns): string {
  return JSON.stringify(globalPatternsToWire(globals));
}

/** All of a state as text; maps as lists of entries, vectors as lists of numbers. */
export function dump(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Map) return [...(item as Map<unknown, unknown>)];
    return ArrayBuffer.isView(item) ? Array.from(item as Float64Array) : item;
  });
}

/** Freezes all that can be frozen; typed arrays cannot, compare a dump for them. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const inner = value instanceof Map ? [...(value as Map<unknown, unknown>).values()] : value;
  Object.values(inner as object).forEach(deepFreeze);
  return Object.freeze(value);
}
