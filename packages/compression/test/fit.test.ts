import { validateSyncDelta, type PatternData } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { createNodeV1Format } from '../src/node/index.js';
import {
  deltaOf,
  embeddings,
  globalsOf,
  realPattern,
  realPatterns,
  syncErrorOf,
  trend,
} from './support.js';

const format = createNodeV1Format();
const LONG_NAME = 'ä😀ß'.repeat(250);

function scaled(factor: number): readonly PatternData[] {
  return [0, 1, 2].map((index) =>
    realPattern(index, { embedding: embeddings[index]!.map((value) => value * factor) }),
  );
}

describe('encodeDelta', () => {
  it.each([
    [1, null],
    [2, 0.0001],
    [3, 0.0025],
    [4, 0.01],
  ])('%i patterns go on a grid of %d or the next (rule 2.5)', async (count, finest) => {
    const { bytes, fidelity } = await format.encodeDelta(deltaOf(realPatterns(count)));
    expect(bytes.length).toBeLessThanOrEqual(2048);
    expect(fidelity.gridStep ?? 0).toBeGreaterThanOrEqual(finest ?? 0);
    expect(fidelity.gridStep ?? 0).toBeLessThanOrEqual(2 * (finest ?? 0));
    expect(fidelity.minCosine).toBeGreaterThanOrEqual(0.996);
  });

  it('refuses what does not fit at the floor, with size and limit', async () => {
    const error = await syncErrorOf(format.encodeDelta(deltaOf(realPatterns(10))));
    expect(error).toMatchObject({ code: 'compression-limit', details: { limit: 2048 } });
    expect(error.message).toMatch(/^body: has \d{4} bytes, but 2048 are allowed/);
  });

  it('a lower floor lets more in, a floor of 1 exact embeddings only', async () => {
    const loose = createNodeV1Format({ minCosine: 0.95 });
    const { fidelity } = await loose.encodeDelta(deltaOf(realPatterns(6)));
    expect(fidelity.minCosine).toBeGreaterThanOrEqual(0.95);
    expect(fidelity.minCosine).toBeLessThan(0.99);
    const strict = createNodeV1Format({ minCosine: 1 });
    const error = await syncErrorOf(strict.encodeDelta(deltaOf(realPatterns(2))));
    expect(error.code).toBe('compression-limit');
  });

  it.each([1e-44, 1e-30, 1e-3, 7, 1e30, 1e38])('keeps vectors of length %d', async (length) => {
    const parts = await format.splitDelta(deltaOf(scaled(length)));
    for (const part of parts) {
      const { bytes, fidelity } = await format.encodeDelta(part);
      expect(fidelity.minCosine).toBeGreaterThanOrEqual(0.99);
      validateSyncDelta(await format.decodeDelta(bytes));
    }
  });

  it('zero embeddings are like themselves', async () => {
    const zero = realPattern(0, { embedding: new Float32Array(384) });
    const { fidelity } = await format.encodeDelta(deltaOf([zero, ...realPatterns(2, 1)]));
    expect(fidelity.minCosine).toBeGreaterThan(0.999);
  });

  it('the largest floats never round to infinity', async () => {
    const largest = Float32Array.from(embeddings[0]!, (x) => Math.sign(x) * 3.4028234663852886e38);
    const patterns = [realPattern(0, { embedding: largest }), ...scaled(3e38)];
    const { bytes } = await format.encodeDelta(deltaOf(patterns.slice(0, 3)));
    const decoded = await format.decodeDelta(bytes);
    expect(decoded.patterns.every(({ embedding }) => embedding.every(Number.isFinite))).toBe(true);
  });
});

describe('splitDelta', () => {
  it.each([
    [0, [0]],
    [1, [1]],
    [4, [4]],
    [5, [3, 2]],
    [9, [3, 3, 3]],
    [10, [4, 3, 3]],
  ])('%i patterns go into messages of %j (rule 2.5)', async (count, lengths) => {
    const patterns = realPatterns(count);
    const parts = await format.splitDelta(deltaOf(patterns));
    expect(parts.map((part) => part.patterns.length)).toEqual(lengths);
    expect(parts.flatMap((part) => part.patterns)).toEqual(patterns);
    for (const part of parts) {
      expect(part).toMatchObject({ deviceId: 'tv-3f9a12bc0', version: 12 });
      await format.encodeDelta(part);
    }
  });

  it('keeps the greedy split where the even one does not fit', async () => {
    const long = { id: LONG_NAME.slice(0, 300), genre: '' };
    const patterns = [...realPatterns(4), realPattern(4, long), realPattern(5, { id: LONG_NAME })];
    const parts = await format.splitDelta(deltaOf(patterns));
    expect(parts.flatMap((part) => part.patterns)).toEqual(patterns);
    for (const part of parts) await format.encodeDelta(part);
  });

  it('names size and limit of a single pattern that fits nowhere', async () => {
    const id = Array.from({ length: 1000 }, (_, i) =>
      String.fromCharCode(300 + ((i * 7919) % 9000)),
    );
    const patterns = [...realPatterns(2), realPattern(3, { id: id.join(''), genre: id.join('') })];
    const error = await syncErrorOf(format.splitDelta(deltaOf(patterns)));
    expect(error).toMatchObject({ code: 'compression-limit', details: { limit: 2048 } });
  });
});

describe('encodeGlobalPatterns', () => {
  const trends = Array.from({ length: 3000 }, (_, index) => trend(index));

  it('fills with patterns, the first ones first (rule 2.6)', async () => {
    const globals = globalsOf(realPatterns(60));
    const { bytes, patternsLeftOut, fidelity } = await format.encodeGlobalPatterns(globals);
    expect(bytes.length).toBeLessThanOrEqual(10_240);
    expect(bytes.length).toBeGreaterThan(9_000);
    expect(fidelity.minCosine).toBeGreaterThanOrEqual(0.99);
    const { patterns } = await format.decodeGlobalPatterns(bytes);
    expect(patterns.map(({ id }) => id)).toEqual(
      globals.patterns.slice(0, 60 - patternsLeftOut).map(({ id }) => id),
    );
  });

  it('trends go before patterns (rule 2.6)', async () => {
    const globals = globalsOf(realPatterns(3), trends);
    const encoded = await format.encodeGlobalPatterns(globals);
    expect(encoded.patternsLeftOut).toBe(3);
    expect(encoded.trendsLeftOut).toBeGreaterThan(0);
    const decoded = await format.decodeGlobalPatterns(encoded.bytes);
    expect(decoded.trends).toEqual(globals.trends.slice(0, 3000 - encoded.trendsLeftOut));
  });

  it('a few patterns and trends are exact', async () => {
    const encoded = await format.encodeGlobalPatterns(
      globalsOf(realPatterns(4), trends.slice(0, 5)),
    );
    expect(encoded).toMatchObject({
      patternsLeftOut: 0,
      trendsLeftOut: 0,
      fidelity: { gridStep: null },
    });
  });
});
