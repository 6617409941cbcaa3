import { createEmbeddingCodec, cosineSimilarity } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { describe, expect, it } from '@jest/globals';
import { createFederationConfig, type FederationConfig } from '../src/config.js';
import { toUnit } from '../src/vector.js';
import { contributionOf, dramas, fold, publishNow, START_MS, tastePatterns } from './fixtures.js';

const [seed] = dramas;
/** Of one taste; the last ones are those that somebody is after. */
const patterns = tastePatterns(seed!, 60, dramas);
const HONEST = 40;
const SNAPSHOT_STEP = 0.0135;

function settingsOf(minDevices: number): FederationConfig {
  // Each change is published, however small: what an observer would wish for.
  return createFederationConfig({ minDevices, steadyCosine: 1 });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Somebody who keeps all versions takes the one before a victim's push from the one after, both as
 * sums: the mean cosine of what is left to the victim's pattern, and of what was published anyway.
 */
function differencing(minDevices: number): { readonly found: number; readonly blind: number } {
  const settings = settingsOf(minDevices);
  const push = (i: number) => contributionOf(`tv-${i}`, patterns[i]!);
  let state = fold(
    patterns.slice(0, HONEST).map((_, i) => push(i)),
    settings,
  );
  const found: number[] = [];
  const blind: number[] = [];
  for (let i = HONEST; i < patterns.length; i += 1) {
    const before = publishNow(state, START_MS, settings);
    const after = publishNow(fold([push(i)], settings, before.state), START_MS, settings);
    state = after.state;
    const [[old], [now]] = [before.globals.patterns, after.globals.patterns];
    if (old === undefined || now === undefined || old === now) continue;
    const left = now.embedding.map(
      (value, axis) => value * now.sampleCount - old.embedding[axis]! * old.sampleCount,
    );
    found.push(cosineSimilarity(left, patterns[i]!));
    blind.push(cosineSimilarity(now.embedding, patterns[i]!));
  }
  expect(found.length).toBeGreaterThan(0);
  return { found: mean(found), blind: mean(blind) };
}

/** k - 1 devices that know what they pushed close a cohort with one victim, and subtract themselves. */
function accomplices(minDevices: number, told: (published: Float32Array) => Float32Array): number {
  const settings = settingsOf(minDevices);
  const middle = patterns[0]!.map((_, axis) => mean(patterns.map((one) => one[axis]!)));
  const known = Float32Array.from(toUnit(middle)!);
  const victims = patterns.slice(HONEST, HONEST + 10);
  const cosines = victims.map((victim) => {
    const theirs = Array.from({ length: minDevices - 1 }, (_, i) =>
      contributionOf(`accomplice-${i}`, known),
    );
    const state = fold([...theirs, contributionOf('victim', victim)], settings);
    const [published] = publishNow(state, START_MS, settings).globals.patterns;
    const mixed = told(published!.embedding);
    // The length of the sum is not published: it lies between k - 1 and k, and all are tried.
    const lengths = Array.from({ length: 50 }, (_, step) => minDevices - step / 50);
    const candidates = lengths.map((length) =>
      mixed.map((value, axis) => value * length - known[axis]! * (minDevices - 1)),
    );
    return Math.max(...candidates.map((candidate) => cosineSimilarity(candidate, victim)));
  });
  return mean(cosines);
}

describe('the difference of two versions that follow one another', () => {
  it('gives a device away where one device may change a pattern', () => {
    const { found, blind } = differencing(1);
    expect(found - blind).toBeGreaterThan(0.02);
  });

  it.each([3, 10])(
    'tells less with k = %d than with 1, and at 10 no more than what is published (rule 7.12)',
    (minDevices) => {
      const alone = differencing(1);
      const { found, blind } = differencing(minDevices);
      expect(found - blind).toBeLessThan((alone.found - alone.blind) / 2);
      if (minDevices === 10) expect(found - blind).toBeLessThan(0.01);
    },
  );
});

describe('k - 1 accomplices of one victim', () => {
  const codec = createEmbeddingCodec(readMiniLmCodebook());
  // The step of snapshots.
  const asTold = (embedding: Float32Array): Float32Array =>
    codec.encode([embedding], { mode: 'download', rate: { step: SNAPSHOT_STEP } }).decoded[0]!;

  it('work its pattern out of exact sums, whatever k is: no threshold helps (rule 7.13)', () => {
    for (const minDevices of [3, 10]) {
      expect(accomplices(minDevices, (exact) => exact)).toBeGreaterThan(0.97);
    }
  });

  it('find less than half as near at k = 10 in what TVs are told, whose coding covers one device (rule 7.13)', () => {
    const told = accomplices(10, asTold);
    expect(told).toBeLessThan(0.75);
    expect(accomplices(3, asTold)).toBeGreaterThan(told);
  });
});
