import fc from 'fast-check';
import { MAX_INTEGER, type PatternData } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { createNodeV1Format } from '../src/node/index.js';
import { deltaOf, embeddings, globalsOf, realPattern, realPatterns, trend } from './support.js';

const format = createNodeV1Format();
const SPECIAL_FLOATS = [-0, 2 ** -149, -(2 ** -126), 3.4e38, -3.4e38, 1, 16777216].map(Math.fround);

const names = fc.oneof(
  fc.constantFrom('', '😀 Füße', '"\\\n\u2028', 'p1'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const patterns: fc.Arbitrary<PatternData> = fc
  .record({
    index: fc.nat({ max: embeddings.length - 1 }),
    id: names,
    genre: names,
    successRate: fc.double({ min: 0, max: 1, noNaN: true }).filter((x) => Math.fround(x) !== x),
    sampleCount: fc.constantFrom(1, 42, MAX_INTEGER),
  })
  .map(({ index, ...change }) => realPattern(index, change));
const trends = fc.nat({ max: 500 }).map(trend);

describe('round trip', () => {
  it('of a delta: all is exact but the embeddings, which are as near as stated (rule 2.5)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(patterns, { maxLength: 4 }), names, async (list, deviceId) => {
        const delta = deltaOf(list, { deviceId });
        for (const part of await format.splitDelta(delta)) {
          const { bytes, fidelity } = await format.encodeDelta(part);
          expect(bytes.length).toBeLessThanOrEqual(format.maxRequestBytes);
          const decoded = await format.decodeDelta(bytes);
          expect(withoutEmbeddings(decoded)).toEqual(withoutEmbeddings(part));
          expect(leastCosine(part.patterns, decoded.patterns)).toBeCloseTo(fidelity.minCosine, 9);
          expect(fidelity.minCosine).toBeGreaterThanOrEqual(0.99);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('of global patterns', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(patterns, { maxLength: 10 }),
        fc.array(trends, { maxLength: 20 }),
        async (list, trendList) => {
          const globals = globalsOf(list, trendList);
          const { bytes, patternsLeftOut, trendsLeftOut } =
            await format.encodeGlobalPatterns(globals);
          expect({ patternsLeftOut, trendsLeftOut }).toEqual({
            patternsLeftOut: 0,
            trendsLeftOut: 0,
          });
          const decoded = await format.decodeGlobalPatterns(bytes);
          expect(withoutEmbeddings(decoded)).toEqual(withoutEmbeddings(globals));
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each(embeddings.slice(0, 10).map((embedding, index) => [index, embedding] as const))(
    'of real embedding %i is bit for bit where one fits alone (rule 2.5)',
    async (_, embedding) => {
      const { bytes, fidelity } = await format.encodeDelta(
        deltaOf([realPattern(0, { embedding })]),
      );
      expect(fidelity).toEqual({ meanCosine: 1, minCosine: 1, gridStep: null });
      expect((await format.decodeDelta(bytes)).patterns[0]!.embedding).toEqual(embedding);
    },
  );

  it('of special floats in exact embeddings', async () => {
    const embedding = realPattern(0).embedding.slice();
    embedding.fill(0, 300);
    embedding.set(SPECIAL_FLOATS, 3);
    const { bytes, fidelity } = await format.encodeDelta(deltaOf([realPattern(0, { embedding })]));
    expect(fidelity.gridStep).toBeNull();
    const decoded = (await format.decodeDelta(bytes)).patterns[0]!.embedding;
    expect(decoded.every((value, i) => Object.is(value, embedding[i]))).toBe(true);
  });

  it('integers above 2^53 - 1 are written as 2^53 - 1', async () => {
    const delta = deltaOf([realPattern(0, { sampleCount: 2 ** 60 })], { version: 2 ** 70 });
    const decoded = await format.decodeDelta((await format.encodeDelta(delta)).bytes);
    expect(decoded.version).toBe(MAX_INTEGER);
    expect(decoded.patterns[0]!.sampleCount).toBe(MAX_INTEGER);
  });

  it('of full global patterns: half the body trends, half patterns', async () => {
    const globals = globalsOf(
      realPatterns(40),
      Array.from({ length: 100 }, (_, i) => trend(i)),
    );
    const encoded = await format.encodeGlobalPatterns(globals);
    const decoded = await format.decodeGlobalPatterns(encoded.bytes);
    expect(decoded.trends).toHaveLength(100 - encoded.trendsLeftOut);
    expect(decoded.patterns).toHaveLength(40 - encoded.patternsLeftOut);
  });
});

function withoutEmbeddings<Message extends { patterns: readonly PatternData[] }>(message: Message) {
  return {
    ...message,
    patterns: message.patterns.map((pattern) => ({ ...pattern, embedding: undefined })),
  };
}

function leastCosine(a: readonly PatternData[], b: readonly PatternData[]): number {
  return Math.min(1, ...a.map((pattern, i) => cosine(pattern.embedding, b[i]!.embedding)));
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number =>
    Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
