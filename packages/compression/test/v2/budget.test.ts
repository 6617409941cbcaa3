import { isSyncError, type PatternData } from '@omega-tv/types';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  canDiff,
  createV2Format,
  decodeDeltaFrame,
  decodeSnapshotFrame,
  encodeDeltaFrame,
  encodeDiffFrame,
  encodeSnapshotFrame,
  publishSnapshot,
  V2_LIMITS,
} from '../../src/index.js';
import { BUDGET_TIERS } from '../../src/v2/budget-tiers.js';
import {
  codec,
  codecs,
  createRandom,
  deltaOf,
  genre,
  globalsOf,
  name,
  pattern,
  patterns,
  publish,
  thrownBy,
} from './support.js';

const LARGEST = 3.4028234663852886e38;
const random = createRandom(5);
const findBase = () => undefined;

/** Vectors that no text has. */
const hostile: fc.Arbitrary<Float32Array> = fc.oneof(
  fc.constant(new Float32Array(384)),
  fc.nat(383).map((at) => new Float32Array(384).fill(1, at, at + 1)),
  fc
    .constantFrom(LARGEST, -LARGEST, 1e-45, 1e-40, 1e20, 17, 0.001)
    .map((value) => new Float32Array(384).fill(value)),
  fc
    .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 384, maxLength: 384 })
    .map((values) => Float32Array.from(values)),
  fc.nat(200).map((index) => pattern(index).embedding),
);

const any = fc.record({ id: name, genre, embedding: hostile }).map((change) => pattern(0, change));
const budget = fc.oneof(fc.integer({ min: -5, max: 700 }), fc.constantFrom(0, 1e9, NaN, 127, 128));

describe('a byte budget', () => {
  it('is never exceeded by a delta, whatever it holds', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(any, { maxLength: 4 }),
        budget,
        fc.boolean(),
        (some, budgetBytes, isOpen) => {
          const rate = isOpen ? { budgetBytes } : { budgetBytes, step: 0.02, coarsestStep: 0.5 };
          try {
            const { bytes } = encodeDeltaFrame(codec, deltaOf(some), { rate, random });
            outcomes.add('fits');
            expect(bytes.length).toBeLessThanOrEqual(budgetBytes);
            const { patterns: found } = decodeDeltaFrame(codecs, bytes, { findBase }).delta;
            expect(found.map(({ id }) => id)).toEqual(some.map(({ id }) => id));
          } catch (error) {
            if (!isSyncError(error, 'compression-limit')) throw error;
            outcomes.add('refused');
          }
        },
      ),
      { numRuns: 150, seed: 1 },
    );
    expect(outcomes).toEqual(new Set(['fits', 'refused']));
  });

  it('is never exceeded by a snapshot or a diff, whatever they hold', () => {
    const outcomes = new Set<string>();
    const options = fc.record(
      {
        step: fc.constant(0.03),
        coarsestStep: fc.constant(0.3),
        shortage: fc.constant('refuse' as const),
      },
      { requiredKeys: [] },
    );
    const inputs = [fc.array(any, { maxLength: 4 }), fc.array(any, { maxLength: 4 })] as const;
    fc.assert(
      fc.property(
        ...inputs,
        budget,
        budget,
        options,
        (old, some, budgetBytes, diffBudgetBytes, more) => {
          const previous = publish(globalsOf(old), { step: 0.05 });
          try {
            const snapshot = publishSnapshot(codec, globalsOf(some, { version: 2 }), {
              ...{ stream: 'global', previous, budgetBytes, diffBudgetBytes },
              ...more,
            });
            const full = encodeSnapshotFrame(snapshot);
            expect(full.length).toBeLessThanOrEqual(budgetBytes);
            expect(decodeSnapshotFrame(codecs, full)).toEqual(snapshot);
            if (more.shortage === 'refuse') expect(snapshot.patterns).toHaveLength(some.length);
            outcomes.add(snapshot.patterns.length === some.length ? 'all' : 'fewer');
            if (!canDiff(previous, snapshot)) return;
            outcomes.add('diff');
            const diff = encodeDiffFrame(previous, snapshot);
            expect(diff.length).toBeLessThanOrEqual(diffBudgetBytes);
            expect(decodeSnapshotFrame(codecs, diff, previous)).toEqual(snapshot);
          } catch (error) {
            if (!isSyncError(error, 'compression-limit')) throw error;
            outcomes.add('refused');
          }
        },
      ),
      { numRuns: 150, seed: 2 },
    );
    expect(outcomes).toEqual(new Set(['all', 'fewer', 'diff', 'refused']));
  });

  it('is 512, 1,024 or 2,048 bytes by the tier of a push (rule 9.7)', async () => {
    const format = createV2Format({ codecs: [codec], random });
    for (const [tier, budgetBytes, count] of [
      ['floor', 512, 8],
      ['normal', 1024, 14],
      ['ceiling', 2048, 24],
    ] as const) {
      expect(BUDGET_TIERS[tier].budgetBytes).toBe(budgetBytes);
      const delta = deltaOf(patterns(count));
      const parts = await format.splitDelta(delta, { tier });
      const sizes = await Promise.all(
        parts.map(async (part) => (await format.encodeDelta(part, { tier })).bytes.length),
      );
      expect(Math.max(...sizes)).toBeLessThanOrEqual(budgetBytes);
    }
  });

  it('goes to the embeddings but for a few bytes', () => {
    for (const budgetBytes of [400, 700, 1200]) {
      const { bytes } = encodeDeltaFrame(codec, deltaOf(patterns(10)), {
        rate: { budgetBytes },
        random,
      });
      // Upload mode keeps a margin: the finest step that fits would be a choice by the dither.
      expect(budgetBytes - bytes.length).toBeLessThan(0.025 * budgetBytes);
      const snapshot = publish(globalsOf(patterns(10)), { budgetBytes, step: 1e-4 });
      expect(budgetBytes - encodeSnapshotFrame(snapshot).length).toBeLessThan(10);
    }
  });

  it('drops the last patterns, or none and says what it takes', () => {
    const options = { budgetBytes: 500, coarsestStep: 0.03 };
    const fewer = publish(globalsOf(patterns(30)), options);
    expect(fewer.patterns.length).toBeGreaterThan(3);
    expect(fewer.patterns.map(({ id }) => id)).toEqual(
      patterns(fewer.patterns.length).map(({ id }) => id),
    );
    const call = () => publish(globalsOf(patterns(30)), { ...options, shortage: 'refuse' });
    const { details, message } = thrownBy(call);
    expect(message).toMatch(/^snapshot: takes \d{4} bytes with 30 patterns, but 500 are allowed/);
    expect(details).toMatchObject({ limit: 500 });
  });

  it('is no larger than what a reader takes', () => {
    const rate = { budgetBytes: 1e6, step: 1e-4 };
    const { bytes } = encodeDeltaFrame(codec, deltaOf(patterns(80)), { rate, random });
    expect(bytes.length).toBeLessThanOrEqual(V2_LIMITS.maxRequestBytes);
    expect(decodeDeltaFrame(codecs, bytes, { findBase }).delta.patterns).toHaveLength(80);
    const snapshot = publish(globalsOf(patterns(300)), { budgetBytes: 1e6, step: 1e-4 });
    expect(encodeSnapshotFrame(snapshot).length).toBeLessThanOrEqual(V2_LIMITS.maxResponseBytes);
  });
});

describe('a writer', () => {
  const rate = { budgetBytes: 16_384, step: 0.5 };
  const encode = (some: readonly PatternData[], change = {}) =>
    thrownBy(() => encodeDeltaFrame(codec, deltaOf(some, change), { rate, random }));
  const text = 'x'.repeat(1025);
  const sketch = (coordinates: Float32Array) => ({ taste: { kind: 'sketch', coordinates } });

  it.each([
    ['a negative version', { version: -1 }, 'serialization'],
    ['a version above 2^53', { version: 2 ** 53 }, 'serialization'],
    ['no time', { timestamp: 'yesterday' }, 'serialization'],
    ['a long device id', { deviceId: text }, 'serialization'],
    ['a lone surrogate', { deviceId: '\ud800' }, 'serialization'],
    ['no region', { region: 'de' }, 'serialization'],
    ['an epoch beyond 32 bits', { position: { deviceEpoch: 2 ** 32, seq: 1 } }, 'serialization'],
    ['a fraction of a seq', { position: { deviceEpoch: 1, seq: 0.5 } }, 'serialization'],
    [
      'a long title',
      { engagements: [{ contentId: text, count: 1, completed: true }] },
      'serialization',
    ],
    [
      'no viewings',
      { engagements: [{ contentId: 'a', count: 0, completed: true }] },
      'serialization',
    ],
    ['a short sketch', sketch(new Float32Array(15)), 'serialization'],
    ['an endless sketch', sketch(new Float32Array(16).fill(Infinity)), 'serialization'],
    [
      'a taste that is none',
      { taste: { kind: 'vector', vector: new Float32Array(384).fill(NaN) } },
      'invalid-pattern',
    ],
    [
      'a short taste',
      { taste: { kind: 'vector', vector: new Float32Array(3) } },
      'invalid-pattern',
    ],
  ])('refuses %s', (_, change, code) => {
    expect(encode([], change).code).toBe(code);
  });

  it('refuses more new samples than samples, and a rate above 1', () => {
    const newer = { ...pattern(0), newSamples: 21 };
    expect(encode([newer]).details).toMatchObject({ path: 'patterns[0].newSamples', value: 21 });
    expect(encode([pattern(0, { successRate: 1.5 })]).code).toBe('invalid-pattern');
  });

  it('refuses more than a reader takes', () => {
    const many = (count: number) => Array.from({ length: count }, () => pattern(0));
    const limit = V2_LIMITS.maxRequestPatterns;
    expect(encode(many(limit + 1))).toMatchObject({
      code: 'compression-limit',
      details: { limit },
    });
    const wordy = Array.from({ length: 70 }, (_, i) =>
      pattern(0, { id: `${'x'.repeat(1000)}${i}x` }),
    );
    expect(encode(wordy).details).toMatchObject({ limit: V2_LIMITS.maxTextBytes });
    const viewed = Array.from({ length: 1025 }, () => ({
      contentId: 'a',
      count: 1,
      completed: false,
    }));
    expect(encode([], { engagements: viewed }).details).toMatchObject({ limit: 1024 });
    const trends = [
      {
        contentId: 'a',
        score: 1e300,
        region: 'DE',
        genre: '',
        calculatedAt: '2026-01-01T00:00:00Z',
      },
    ];
    expect(thrownBy(() => publish(globalsOf([], { trends }))).code).toBe('serialization');
  });

  it('reads integers above 2^53 - 1 as 2^53 - 1 (rule 1.3)', () => {
    const huge = { ...pattern(0, { sampleCount: 1e300, successRate: 1 }), newSamples: 1e200 };
    const { bytes } = encodeDeltaFrame(codec, deltaOf([huge]), { rate, random });
    const [found] = decodeDeltaFrame(codecs, bytes, { findBase }).delta.patterns;
    const max = Number.MAX_SAFE_INTEGER;
    expect(found).toMatchObject({ sampleCount: max, newSamples: max, successRate: 1 });
  });
});
