import { describe, expect, it } from '@jest/globals';
import { codec, createRandom, mean, squaredDistance, unseen } from './support.js';

const ENCODINGS = 10_000;

/** Adds up encodings of one vector; `visit` sees the sum after each. */
function sumEncodings(
  vector: Float32Array,
  encodings: number,
  rate: { step: number } | { budgetBytes: number },
  seed: number,
  visit: (n: number, sum: Float64Array, decoded: Float32Array) => void,
): void {
  const random = createRandom(seed);
  const sum = new Float64Array(vector.length);
  for (let n = 1; n <= encodings; n += 1) {
    const { bytes } = codec.encode([vector], { mode: 'upload', random, rate });
    const [decoded] = codec.decode(bytes, { count: 1, unbiased: true });
    decoded!.forEach((value, i) => (sum[i]! += value));
    visit(n, sum, decoded!);
  }
}

describe('upload mode', () => {
  it('is unbiased: the mean of 10,000 encodings is within 2 % of one error (rule 9.4)', () => {
    const vector = unseen[11]!;
    let single = 0;
    let average = new Float64Array();
    sumEncodings(vector, ENCODINGS, { step: 0.0285 }, 3, (n, sum, decoded) => {
      single += squaredDistance(decoded, vector) / ENCODINGS;
      if (n === ENCODINGS) average = sum.map((value) => value / n);
    });
    const bias = Math.sqrt(squaredDistance(average, vector) / single);
    // Chance alone leaves 1 %.
    expect(bias).toBeLessThan(0.02);
  });

  it('is unbiased under a budget too: the step does not follow the dither (rule 9.4)', () => {
    const vector = unseen[11]!;
    let along = 0;
    sumEncodings(vector, 800, { budgetBytes: 80 }, 4, (n, sum) => {
      along = vector.reduce((total, value, i) => total + value * (sum[i]! / n - value), 0);
    });
    // The finest step that fits leaves -.0067 here; chance leaves about .0007.
    expect(Math.abs(along)).toBeLessThan(0.0025);
  });

  it('averages as 1/n to n = 256', () => {
    const errors = new Map<number, number[]>([1, 4, 16, 64, 256].map((n) => [n, []]));
    unseen.slice(0, 12).forEach((vector, i) => {
      sumEncodings(vector, 256, { step: 0.0285 }, i, (n, sum) => {
        errors.get(n)?.push(
          squaredDistance(
            sum.map((value) => value / n),
            vector,
          ),
        );
      });
    });
    const single = mean(errors.get(1)!);
    for (const [n, found] of errors) {
      const share = (mean(found) * n) / single;
      expect(share).toBeGreaterThan(0.8);
      expect(share).toBeLessThan(1.2);
    }
  });
});
