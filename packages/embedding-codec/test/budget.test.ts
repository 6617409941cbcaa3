import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { isCodecError } from '../src/index.js';
import { codec, createRandom, unseen } from './support.js';

const LARGEST = 3.4028234663852886e38;

const real = fc.nat(unseen.length - 1).map((i) => unseen[i]!);
const hostile = fc.oneof(
  fc.constant(new Float32Array(384)),
  fc.constant(new Float32Array(384).fill(LARGEST)),
  fc.constant(new Float32Array(384).fill(1.4e-45)),
  fc.nat(383).map((at) => Float32Array.from({ length: 384 }, (_, i) => (i === at ? 1 : 0))),
  fc.constant(Float32Array.from({ length: 384 }, (_, i) => (i % 2 ? LARGEST : -LARGEST))),
  fc.float32Array({ minLength: 384, maxLength: 384, noNaN: true, noDefaultInfinity: true }),
  fc
    .float({ min: Math.fround(-1e9), max: Math.fround(1e9), noNaN: true })
    .chain((factor) => real.map((vector) => vector.map((value) => value * factor))),
);

describe('the budget', () => {
  it('is never exceeded, and what is refused fits at no step', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(real, hostile), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 300 }),
        fc.constantFrom('download' as const, 'upload' as const),
        fc.nat(),
        (vectors, budgetBytes, mode, seed) => {
          const options = { mode, random: createRandom(seed) } as const;
          try {
            const coded = codec.encode(vectors, { ...options, rate: { budgetBytes } });
            expect(coded.bytes.length).toBeLessThanOrEqual(budgetBytes);
            expect(codec.decode(coded.bytes, { count: vectors.length })).toEqual(coded.decoded);
            expect(coded.decoded.flatMap((v) => [...v]).every(Number.isFinite)).toBe(true);
          } catch (error) {
            if (!isCodecError(error, 'budget-too-small')) throw error;
            const coarsest = codec.encode(vectors, {
              mode,
              random: createRandom(seed),
              rate: { step: 1 },
            });
            expect(coarsest.bytes.length).toBeGreaterThan(budgetBytes);
          }
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });

  it('is found in few tries, from wherever the search begins, and in fewer from nearby', () => {
    const triesFrom = (near: number | undefined): number => {
      let tries = 0;
      const { bytes } = codec.encode(unseen.slice(0, 10), {
        mode: 'download',
        rate: { budgetBytes: 480, ...(near === undefined ? {} : { near }) },
        onTry: () => {
          tries += 1;
        },
      });
      expect(bytes.length).toBeGreaterThan(470);
      expect(bytes.length).toBeLessThanOrEqual(480);
      return tries;
    };
    const { step } = codec.encode(unseen.slice(0, 10), {
      mode: 'download',
      rate: { budgetBytes: 480 },
    });
    expect(triesFrom(undefined)).toBeLessThanOrEqual(10);
    for (const near of [1, 0.3, 0.001, 1e-9]) expect(triesFrom(near)).toBeLessThanOrEqual(16);
    expect(triesFrom(step)).toBeLessThanOrEqual(6);
  });

  it('may be what no message needs', () => {
    const { step } = codec.encode([unseen[9]!], {
      mode: 'download',
      rate: { budgetBytes: Infinity },
    });
    expect(step).toBeLessThan(1e-4);
  });

  it('is used up', () => {
    for (const budgetBytes of [20, 40, 64, 100, 200]) {
      const { bytes } = codec.encode([unseen[9]!], { mode: 'download', rate: { budgetBytes } });
      expect(bytes.length).toBeGreaterThan(budgetBytes - 3);
    }
  });

  it('holds for a message of many vectors', () => {
    for (const each of [30, 64, 90]) {
      const budgetBytes = each * unseen.length;
      const { bytes } = codec.encode(unseen, { mode: 'download', rate: { budgetBytes } });
      expect(bytes.length).toBeLessThanOrEqual(budgetBytes);
      expect(bytes.length).toBeGreaterThan(budgetBytes * 0.995);
    }
  });
});

describe('what is refused', () => {
  const rate = { step: 0.03 };
  const mode = 'download';

  it.each([NaN, Infinity, -Infinity])('%d anywhere', (value) => {
    const vector = Float32Array.from(unseen[0]!);
    vector[200] = value;
    expect(() => codec.encode([vector], { mode, rate })).toThrow(/NaN, infinity/);
    expect(() => codec.encode([unseen[0]!], { mode, rate, references: [vector] })).toThrow(
      /A reference must/,
    );
  });

  it('another dimension', () => {
    expect(() => codec.encode([new Float32Array(383)], { mode, rate })).toThrow(/383 coordinates/);
  });

  it.each([{ step: 0 }, { step: NaN }, { minCosine: 1 }])('the rate %j', (wrong) => {
    expect(() => codec.encode([unseen[0]!], { mode, rate: wrong })).toThrow(/must be/);
  });

  it('a budget of nothing', () => {
    const none = { budgetBytes: 1 };
    expect(() => codec.encode([unseen[0]!], { mode, rate: none })).toThrow(/budget of 1 bytes/);
    expect(() => codec.encode([unseen[0]!], { mode, rate: { budgetBytes: NaN } })).toThrow(
      /budget/,
    );
  });
});
