import { cosineSimilarity } from '@omega-tv/embedding-codec';
import {
  CAPABILITIES,
  RECEIPT_OUTCOMES,
  type PushedPattern,
  type Taste,
  type TrendSignal,
} from '@omega-tv/types';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  decodeAnswerFrame,
  decodeBatchFrame,
  decodeDeltaFrame,
  decodeSnapshotFrame,
  encodeAnswerFrame,
  encodeBatchFrame,
  encodeDeltaFrame,
  encodeSnapshotFrame,
  readDeltaFrameHeader,
  toContentHash,
} from '../../src/index.js';
import {
  codec,
  codecs,
  counts,
  createRandom,
  deltaOf,
  genre,
  globalsOf,
  hash,
  name,
  pattern,
  patterns,
  publish,
  region,
  TIMESTAMP,
  timestamp,
  whole,
} from './support.js';

const random = createRandom(4);
const rate = { budgetBytes: 16_384, step: 0.1 };
const findBase = () => undefined;

const pushed = fc
  .record({ id: name, genre, counts, share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })) })
  .map(({ id, genre, counts, share }, index = 0): PushedPattern => {
    const newSamples = share === null ? undefined : Math.floor(share * counts.sampleCount);
    return {
      ...pattern(index, { id, genre, ...counts }),
      ...(newSamples === undefined ? {} : { newSamples }),
    };
  });

const engagement = fc.record({ contentId: name, count: whole(1), completed: fc.boolean() });
const sketch: fc.Arbitrary<Taste> = fc
  .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 16, maxLength: 16 })
  .map((coordinates) => ({ kind: 'sketch', coordinates: Float32Array.from(coordinates) }));

const trend: fc.Arbitrary<TrendSignal> = fc.record({
  contentId: fc.oneof(name, fc.constantFrom('tt1', 'tt2')),
  score: fc.oneof(
    fc.integer({ min: 0, max: 1e9 }).map((steps) => steps / 1000),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, -1, -1e-60, 1e9, 0.1 + 0.2),
  ),
  region: fc.oneof(fc.constantFrom('DE', 'FR', 'ZZ'), region),
  genre,
  calculatedAt: fc.oneof(fc.constant(TIMESTAMP), timestamp),
});

/** Exact where it is successes / samples in 64 or 32 bits; else to the nearest 50,000th. */
function expectRate(
  found: { successRate: number },
  given: { successRate: number; sampleCount: number },
) {
  const ratio = Math.round(given.successRate * given.sampleCount) / given.sampleCount;
  const isExact = given.successRate === ratio || given.successRate === Math.fround(ratio);
  const isPercent = Math.round(given.successRate * 100) / 100 === given.successRate;
  const miss = Math.abs(found.successRate - given.successRate);
  expect(miss).toBeLessThanOrEqual(isExact || isPercent ? 0 : 1.0000001e-5);
}

const hexDigit = fc.nat(15).map((digit) => digit.toString(16));

describe('a delta frame', () => {
  it('gives back all that is said, whatever it says (rule 9.3)', () => {
    const delta = fc.record(
      {
        deviceId: name,
        version: whole(0),
        timestamp,
        patterns: fc.array(pushed, { maxLength: 4 }),
        position: fc.record({
          deviceEpoch: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
          seq: whole(1),
        }),
        region,
        engagements: fc.array(engagement, { minLength: 1, maxLength: 4 }),
        taste: sketch,
        told: fc.record(
          {
            capabilities: fc.subarray([...CAPABILITIES], { minLength: 1 }),
            serverEpoch: fc.string({ unit: hexDigit, minLength: 16, maxLength: 16 }),
          },
          { requiredKeys: ['capabilities'] },
        ),
      },
      { requiredKeys: ['deviceId', 'version', 'timestamp', 'patterns'] },
    );
    fc.assert(
      fc.property(delta, ({ told, ...said }) => {
        const given = { ...said, ...told };
        const { bytes } = encodeDeltaFrame(codec, given, { rate, random });
        const { delta: found, header } = decodeDeltaFrame(codecs, bytes, { findBase });
        const bare = (some: readonly PushedPattern[]) =>
          some.map(({ embedding: _, successRate: __, ...rest }) => rest);
        expect({ ...found, patterns: bare(found.patterns) }).toEqual({
          ...given,
          patterns: bare(given.patterns),
        });
        found.patterns.forEach((one, i) => {
          expectRate(one, given.patterns[i]!);
          expect(one.embedding).toHaveLength(384);
        });
        expect(readDeltaFrameHeader(bytes)).toEqual(header);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('gives back rates in whole percents exactly, and times in whole milliseconds (rule 9.3)', () => {
    const percents = Array.from({ length: 101 }, (_, percent) =>
      pattern(percent, { sampleCount: 7, successRate: percent / 100 }),
    );
    const given = deltaOf(percents, { timestamp: '2026-11-22T10:00:00.123987Z' });
    const { bytes } = encodeDeltaFrame(codec, given, { rate: { ...rate, step: 1 }, random });
    const { delta: found } = decodeDeltaFrame(codecs, bytes, { findBase });
    expect(found.patterns.map(({ successRate }) => successRate)).toEqual(
      percents.map(({ successRate }) => successRate),
    );
    expect(found.timestamp).toBe('2026-11-22T10:00:00.123Z');
  });

  it('has another dither each time, and is read as the best guess or for sums (rule 9.4)', () => {
    const given = deltaOf([pattern(0)]);
    const encode = () => encodeDeltaFrame(codec, given, { rate, random }).bytes;
    const [first, second] = [encode(), encode()];
    expect(second).not.toEqual(first);
    const cosineOf = (options: { unbiased?: boolean }) => {
      const { delta } = decodeDeltaFrame(codecs, first, { findBase, ...options });
      return cosineSimilarity(delta.patterns[0]!.embedding, pattern(0).embedding);
    };
    expect(cosineOf({})).toBeGreaterThan(cosineOf({ unbiased: true }));
  });

  it('names its codebook, and its base by stream, version and hash (rule 9.5)', () => {
    const base = publish(globalsOf(patterns(3), { version: 7 }));
    const { bytes } = encodeDeltaFrame(codec, deltaOf([pattern(0)]), { rate, random, base });
    const header = readDeltaFrameHeader(bytes);
    expect(codec.codebook.id.startsWith(header.codebookId)).toBe(true);
    expect(header.base).toEqual({ stream: 'global', version: 7, hash: base.hash });
    const asked: unknown[] = [];
    const read = () =>
      decodeDeltaFrame(codecs, bytes, { findBase: (reference) => void asked.push(reference) });
    expect(read).toThrow(/coded against version 7 of global/);
    expect(asked).toEqual([header.base]);
  });

  it('keeps embeddings and a taste, cold and against a base', () => {
    const base = publish(globalsOf(patterns(20)));
    const vector = pattern(3).embedding;
    const given = deltaOf(patterns(10), { taste: { kind: 'vector', vector } });
    const options = { rate: { budgetBytes: 16_384, step: 0.019 }, random };
    const cold = encodeDeltaFrame(codec, given, options).bytes;
    const warm = encodeDeltaFrame(codec, given, { ...options, base }).bytes;
    expect(warm.length).toBeLessThan(0.6 * cold.length);
    for (const bytes of [cold, warm]) {
      const { delta } = decodeDeltaFrame(codecs, bytes, { findBase: () => base });
      const { taste } = delta;
      expect(taste?.kind === 'vector' && cosineSimilarity(taste.vector, vector)).toBeGreaterThan(
        0.98,
      );
      delta.patterns.forEach(({ embedding }, i) => {
        expect(cosineSimilarity(embedding, given.patterns[i]!.embedding)).toBeGreaterThan(0.975);
      });
    }
  });
});

describe('a snapshot frame', () => {
  it('gives back patterns and trends, whatever they say (rule 9.3)', () => {
    const globals = fc.record({
      patterns: fc.array(pushed, { maxLength: 4 }),
      trends: fc.array(trend, { maxLength: 8 }),
      version: whole(0),
      timestamp,
    });
    fc.assert(
      fc.property(globals, (given) => {
        const snapshot = publish(given, { step: 0.1, coarsestStep: 0.2 });
        const found = decodeSnapshotFrame(codecs, encodeSnapshotFrame(snapshot));
        expect(found).toEqual(snapshot);
        expect(found.patterns).toHaveLength(given.patterns.length);
        found.patterns.forEach((one, i) => {
          const { id, genre, sampleCount } = given.patterns[i]!;
          expect(one).toMatchObject({ id, genre, sampleCount });
          expectRate(one, given.patterns[i]!);
        });
        const keyOf = ({ contentId, region }: TrendSignal) =>
          `${toContentHash(contentId)} ${region}`;
        const first = new Map([...given.trends].reverse().map((one) => [keyOf(one), one]));
        expect(found.trends.map(keyOf)).toEqual([...first.keys()].sort());
        for (const one of found.trends) {
          const { genre, score, calculatedAt } = first.get(keyOf(one))!;
          expect(one).toMatchObject({ genre, calculatedAt });
          const steps = Math.round(score * 1000);
          const isExact = steps >= 0 && steps <= 1e9 && steps / 1000 === score;
          expect(one.score).toBe((isExact ? score : Math.fround(score)) + 0);
        }
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});

describe('a batch frame', () => {
  it('gives back its deltas, in order', () => {
    const deltas = [0, 1, 2].map(
      (i) => encodeDeltaFrame(codec, deltaOf([pattern(i)]), { rate, random }).bytes,
    );
    expect(decodeBatchFrame(encodeBatchFrame(deltas))).toEqual(deltas);
    expect(decodeBatchFrame(encodeBatchFrame([]))).toEqual([]);
  });
});

describe('an answer frame', () => {
  it('gives back what it says (rules 11.3, 11.13, 11.17)', () => {
    const snapshot = encodeSnapshotFrame(publish(globalsOf(patterns(3))));
    const deltaReceipt = {
      lastSeq: whole(0),
      outcome: fc.constantFrom(...RECEIPT_OUTCOMES),
      digest: hash,
    };
    const position = fc.record({ deviceEpoch: fc.nat({ max: 2 ** 32 - 1 }), seq: whole(0) });
    const answer = fc.record(
      {
        receipt: fc.record(
          {
            serverEpoch: hash,
            ...deltaReceipt,
            standing: fc.record(
              { position, serverTimeMs: whole(0) },
              { requiredKeys: ['serverTimeMs'] },
            ),
            batch: fc.array(fc.record(deltaReceipt), { maxLength: 32 }),
          },
          { requiredKeys: ['serverEpoch', 'lastSeq', 'outcome', 'digest'] },
        ),
        capabilities: fc.subarray([...CAPABILITIES]),
        window: fc.tuple(whole(0), whole(0)).map(([a, b]) => ({
          minMs: Math.min(a, b),
          maxMs: Math.max(a, b),
        })),
        current: fc.record({
          stream: fc.oneof(fc.constant('global'), name),
          version: whole(0),
          hash,
        }),
        snapshot: fc.constant(snapshot),
      },
      { requiredKeys: ['receipt', 'window', 'current'] },
    );
    fc.assert(
      fc.property(answer, (given) => {
        expect(decodeAnswerFrame(encodeAnswerFrame(given))).toEqual(given);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});
