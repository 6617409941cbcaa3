import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { describe, expect, it } from '@jest/globals';
import { createFederationConfig } from '../src/config.js';
import { weighDevice, type DeviceWeight } from '../src/device-weight.js';
import {
  contributionOf,
  DAY_MS,
  dramas,
  fold,
  publishNow,
  START_MS,
  tastePatterns,
} from './fixtures.js';

const config = createFederationConfig();
const [seed] = dramas;
const honest = tastePatterns(seed!, 120, dramas);
const centre = meanOf(honest);

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(384);
  for (const vector of vectors) vector.forEach((value, i) => (sum[i]! += value / vectors.length));
  return sum;
}

/** The drama least like the taste. */
const far = dramas.reduce((least, title) =>
  cosineSimilarity(title.embedding, centre) < cosineSimilarity(least.embedding, centre)
    ? title
    : least,
).embedding;

interface Push {
  readonly deviceId: string;
  readonly embedding: Float32Array;
  readonly newSamples: number;
}

/** Three pushes of each honest device. */
const truth: readonly Push[] = [1, 2, 3].flatMap(() =>
  honest.map((embedding, i) => ({ deviceId: `tv-${i}`, embedding, newSamples: 10 })),
);

/** The published pattern nearest to the honest taste, where devices weigh what they may. */
function publishedOf(pushes: readonly Push[]): Float32Array {
  const weights = new Map<string, DeviceWeight>();
  const contributions = pushes.map(({ deviceId, embedding, newSamples }) => {
    const weighed = weighDevice(weights.get(deviceId), [newSamples], START_MS, config);
    weights.set(deviceId, weighed.weight);
    const [learnedSamples = 0] = weighed.learned;
    return contributionOf(deviceId, embedding, { newSamples, learnedSamples });
  });
  const { patterns } = publishNow(fold(contributions, config), START_MS, config).globals;
  return patterns
    .map(({ embedding }) => embedding)
    .reduce((best, one) =>
      cosineSimilarity(one, centre) > cosineSimilarity(best, centre) ? one : best,
    );
}

function plainMean(pushes: readonly Push[]): Float32Array {
  const sum = new Float32Array(384);
  for (const { embedding, newSamples } of pushes) {
    embedding.forEach((value, i) => (sum[i]! += value * newSamples));
  }
  return sum;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.sqrt(Math.max(0, 2 - 2 * cosineSimilarity(a, b)));
}

/**
 * How far the lies move what is published, and how far they move a plain mean; the lies come spread
 * over the time after the first honest devices, or all at once.
 */
function shiftsOf(lies: readonly Push[], isSpread = false): readonly [number, number] {
  const [early, late] = [truth.slice(0, 60), truth.slice(60)];
  const every = Math.ceil(late.length / lies.length);
  const rest = late.flatMap((push, i) => [
    ...(i % every === 0 ? lies.slice(i / every, i / every + 1) : []),
    push,
  ]);
  const all = isSpread ? [...early, ...rest] : [...early, ...lies, ...late];
  return [
    distance(publishedOf(all), publishedOf(truth)),
    distance(plainMean(all), plainMean(truth)),
  ];
}

/** One in ten devices. */
const liars = Array.from({ length: 13 }, (_, i) => `liar-${i}`);

describe('liars, one in ten devices', () => {
  it.each([
    ['a far target', 10, 1],
    ['a far target with inflated counts', 1_000_000, 1],
    ['a far target, again and again', 10, 30],
  ])(
    'who push %s move a pattern by a quarter of what they move a mean at most (rule 7.10)',
    (_, newSamples, times) => {
      const lies = Array.from({ length: times }, () =>
        liars.map((deviceId) => ({ deviceId, embedding: far, newSamples })),
      ).flat();
      const [shift, plain] = shiftsOf(lies);
      expect(plain).toBeGreaterThan(0.02);
      expect(shift).toBeLessThanOrEqual(plain / 4);
    },
  );

  it.each([
    ['once, one among ten', 1, true],
    ['30 times, all at once', 30, false],
  ])('who push what just joins, %s, do not either (rule 7.10)', (_, times, isSpread) => {
    let share = 0;
    const edge = (part: number) => centre.map((v, i) => v * (1 - part) + far[i]! * part);
    while (cosineSimilarity(edge(share + 0.01), centre) > 0.8) share += 0.01;
    const lies = Array.from({ length: times }, () =>
      liars.map((deviceId) => ({ deviceId, embedding: edge(share), newSamples: 10 })),
    ).flat();
    const [shift, plain] = shiftsOf(lies, isSpread);
    expect(plain).toBeGreaterThan(times === 1 ? 0.015 : 0.3);
    expect(shift).toBeLessThanOrEqual(plain / 4);
  });
});

describe('a device', () => {
  it('weighs 100 samples in a half-life at most, however often it comes (rule 7.10)', () => {
    let weight: DeviceWeight | undefined;
    let learned = 0;
    for (let day = 0; day < 60; day += 1) {
      const next = weighDevice(weight, [10, 10], START_MS + day * DAY_MS, config);
      weight = next.weight;
      learned += next.learned.reduce((sum, count) => sum + count, 0);
      expect(weight.samples).toBeLessThanOrEqual(100);
    }
    // Two half-lives: what is forgotten makes room.
    expect(learned).toBeGreaterThan(150);
    expect(learned).toBeLessThan(260);
  });
});

describe('a full genre', () => {
  it('learns honest tastes beside the junk that k devices filled it with (rule 7.11)', () => {
    const seeds = [seed!];
    while (seeds.length < 12) {
      const likeness = (title: (typeof dramas)[number]) =>
        Math.max(...seeds.map(({ embedding }) => cosineSimilarity(embedding, title.embedding)));
      seeds.push(dramas.reduce((a, b) => (likeness(b) < likeness(a) ? b : a)));
    }
    const junk = seeds
      .slice(4)
      .flatMap(({ embedding }) =>
        Array.from({ length: 10 }, (_, i) => contributionOf(`junk-${i}`, embedding)),
      );
    const tastes = seeds.slice(0, 4).map((title) => tastePatterns(title, 60, dramas));
    const pushed = Array.from({ length: 60 }, (_, i) =>
      tastes.map((patterns, taste) => contributionOf(`tv-${taste}-${i}`, patterns[i]!)),
    ).flat();
    const state = fold([...junk, ...pushed], config);
    const { patterns } = publishNow(state, START_MS, config).globals;
    for (const taste of tastes) {
      const middle = meanOf(taste);
      const nearest = Math.max(
        ...patterns.map(({ embedding }) => cosineSimilarity(embedding, middle)),
      );
      expect(nearest).toBeGreaterThan(0.95);
    }
    expect(patterns.length).toBeLessThanOrEqual(8);
  });
});
