import { closePairs } from '@omega-tv/catalogue';
import { describe, expect, it } from '@jest/globals';
import { codec, cosine, createRandom, mean, unseen, unit } from './support.js';

const random = createRandom(1);
const few = unseen.slice(0, 24);

describe('a message', () => {
  it.each(['download', 'upload'] as const)('decodes to what the encoder said, %s', (mode) => {
    for (const count of [0, 1, 2, 10, 24]) {
      const vectors = few.slice(0, count);
      const coded = codec.encode(vectors, { mode, random, rate: { step: 0.026 } });
      expect(codec.decode(coded.bytes, { count })).toEqual(coded.decoded);
      expect(coded.cosines.every((value) => value > 0.95)).toBe(true);
    }
  });

  it.each(['download', 'upload'] as const)('decodes alike at every step, %s', (mode) => {
    for (const step of [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.0005, 0.00002]) {
      const coded = codec.encode(few.slice(0, 3), { mode, random, rate: { step } });
      expect(coded.step).toBeLessThanOrEqual(step * 1.000001);
      expect(codec.decode(coded.bytes, { count: 3 })).toEqual(coded.decoded);
      if (step < 0.0001) expect(Math.min(...coded.cosines)).toBeGreaterThan(0.9995);
    }
  });

  it('keeps a target fidelity', () => {
    for (const minCosine of [0.5, 0.9, 0.97, 0.99]) {
      const coded = codec.encode(few.slice(0, 5), { mode: 'download', rate: { minCosine } });
      expect(Math.min(...coded.cosines)).toBeGreaterThanOrEqual(minCosine);
      expect(Math.min(...coded.cosines)).toBeLessThan(minCosine + 0.2);
    }
  });

  it('gives the same vectors with and without shrinkage in download mode only', () => {
    const rate = { step: 0.03 };
    const down = codec.encode(few, { mode: 'download', rate });
    const count = few.length;
    expect(codec.decode(down.bytes, { count, unbiased: true })).toEqual(down.decoded);
    const up = codec.encode(few, { mode: 'upload', random, rate });
    const raw = codec.decode(up.bytes, { count, unbiased: true });
    const rawCosine = mean(raw.map((vector, i) => cosine(vector, few[i]!)));
    expect(mean(up.cosines)).toBeGreaterThan(rawCosine + 0.001);
  });
});

describe('figures', () => {
  it('reach .969 at 64 bytes in download mode on unseen titles', () => {
    const rate = { budgetBytes: 64 * unseen.length };
    const { bytes, cosines } = codec.encode(unseen, { mode: 'download', rate });
    expect(bytes.length).toBeLessThanOrEqual(64 * unseen.length);
    expect(mean(cosines)).toBeGreaterThan(0.969);
  });

  it('reach .973 at 72 bytes in upload mode after shrinkage', () => {
    const rate = { budgetBytes: 72 * unseen.length };
    const { cosines } = codec.encode(unseen, { mode: 'upload', random, rate });
    expect(mean(cosines)).toBeGreaterThan(0.973);
  });

  it.each([
    ['download', 29],
    ['upload', 38],
  ] as const)('%s: a close reference brings .99 down to %d bytes', (mode, bytes) => {
    const pairs = closePairs(unseen, 40, 0.06);
    const references = pairs.map(([reference]) => reference);
    const moved = pairs.map(([, vector]) => vector);
    const rate = { budgetBytes: bytes * moved.length };
    const coded = codec.encode(moved, { mode, random, references, rate });
    expect(mean(coded.cosines)).toBeGreaterThanOrEqual(0.99);
    expect(codec.decode(coded.bytes, { count: moved.length, references })).toEqual(coded.decoded);
  });

  it('use an earlier vector of the message where it is near', () => {
    const pairs = closePairs(unseen, 8, 0.06);
    const rate = { step: 0.0247 };
    const size = (vectors: readonly Float32Array[]): number =>
      codec.encode(vectors, { mode: 'download', rate }).bytes.length;
    const references = pairs.map(([reference]) => reference);
    expect(size(pairs.flat())).toBeLessThan(size(references) + 30 * pairs.length);
  });
});

describe('vectors of any length', () => {
  const vector = unseen[3]!;

  it.each([0.13, 0.5, 0.99, 1.5, 7, 1e-30, 1e30])('keep their length times %d', (length) => {
    const scaled = vector.map((value) => value * length);
    const { decoded } = codec.encode([scaled], { mode: 'download', rate: { step: 0.01 } });
    expect(cosine(decoded[0]!, vector)).toBeGreaterThan(0.99);
    const ratio = Math.abs(decoded[0]![0]! / scaled[0]!);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  it('keep zero as zero', () => {
    const { decoded } = codec.encode([new Float32Array(384), vector], {
      mode: 'upload',
      random,
      rate: { step: 0.03 },
    });
    expect(decoded[0]).toEqual(new Float32Array(384));
    expect(cosine(decoded[1]!, vector)).toBeGreaterThan(0.9);
  });

  it('keep the direction of vectors that are no text', () => {
    const alternating = unit(Float32Array.from({ length: 384 }, (_, i) => (i % 2 ? 1 : -1)));
    const oneHot = Float32Array.from({ length: 384 }, (_, i) => (i === 7 ? 1 : 0));
    const { cosines } = codec.encode([alternating, oneHot], {
      mode: 'download',
      rate: { minCosine: 0.98 },
    });
    expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.98);
  });
});
