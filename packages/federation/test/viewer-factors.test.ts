import { describe, expect, it } from '@jest/globals';
import {
  addFactorSums,
  createTextStart,
  fitTextRegression,
  historyClass,
  LEARNING_MODEL,
  reportInstantMs,
  scoreTitle,
  sumFactors,
  viewerFactors,
  withoutTitle,
} from '../src/index.js';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { titles } from './fixtures.js';
import { chance, vectorOf } from './learning-fixtures.js';

const listed = Array.from({ length: 40 }, (_, i) => vectorOf(i + 1, 0.4));
const completed = listed.slice(0, 6);
const weights = Float64Array.from({ length: 32 }, (_, axis) => 1 / (1 + axis));

/** Gaussian elimination with pivots, of the model's formula written out. */
function byElimination(): number[] {
  const { unwatchedWeight, ridge } = LEARNING_MODEL;
  const penalty = ridge * (completed.length + unwatchedWeight * listed.length);
  const rows = Array.from({ length: 32 }, (_, row) => {
    const entries = Array.from({ length: 32 }, (_, column) => {
      const of = (some: readonly Float64Array[]) =>
        some.reduce((sum, y) => sum + y[row]! * y[column]!, 0);
      const diagonal = row === column ? penalty * weights[row]! : 0;
      return unwatchedWeight * of(listed) + of(completed) + diagonal;
    });
    return [...entries, completed.reduce((sum, y) => sum + y[row]!, 0)];
  });
  for (let i = 0; i < 32; i += 1) {
    const pivot = rows.slice(i).reduce((a, b) => (Math.abs(b[i]!) > Math.abs(a[i]!) ? b : a));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(i, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[i]! / pivot[i]!;
      pivot.forEach((value, at) => (row[at]! -= factor * value));
    }
  }
  return rows.map((row, i) => row[32]! / row[i]!);
}

describe('a viewer', () => {
  it('is the ridge regression of completions on the factors of titles (rule 12.1)', () => {
    const x = viewerFactors({ listed: sumFactors(listed), weights }, sumFactors(completed));
    byElimination().forEach((value, i) => {
      expect(x[i]).toBeCloseTo(value, 9);
    });
  });

  it('comes from sums over parts of the list, in any grouping', () => {
    const parts = addFactorSums(sumFactors(listed.slice(0, 17)), sumFactors(listed.slice(17)));
    const whole = sumFactors(listed);
    expect(parts.count).toBe(whole.count);
    parts.squares.forEach((value, i) => {
      expect(value).toBeCloseTo(whole.squares[i]!, 12);
    });
  });

  it('is reported without the title that the report is about (rule 12.2)', () => {
    const sums = withoutTitle(sumFactors(completed), completed[2]!);
    const never = sumFactors(completed.filter((_, i) => i !== 2));
    expect(sums.count).toBe(5);
    sums.squares.forEach((value, i) => {
      expect(value).toBeCloseTo(never.squares[i]!, 12);
    });
    sums.total.forEach((value, i) => {
      expect(value).toBeCloseTo(never.total[i]!, 12);
    });
  });

  it('is reported at an instant drawn from the day after the completion (rule 12.2)', () => {
    const day = 24 * 60 * 60 * 1000;
    expect(reportInstantMs(1000, { next: () => 0 })).toBe(1000);
    expect(reportInstantMs(1000, { next: () => 0.5 })).toBe(1000 + day / 2);
    const random = chance(3);
    const instants = Array.from({ length: 400 }, () => reportInstantMs(0, random) / day);
    expect(Math.max(...instants)).toBeLessThan(1);
    expect(instants.filter((instant) => instant < 0.5).length).toBeGreaterThan(150);
  });

  it('belongs to a class by how long its history is (rule 12.2)', () => {
    expect([2, 4, 5, 9, 10, 19, 20, 5000].map(historyClass)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });
});

describe('a score', () => {
  it('is the product of viewer and title plus a tenth of log(1 + completions) (rule 12.1)', () => {
    const [x, y] = [vectorOf(1), vectorOf(2)];
    const product = x.reduce((sum, value, i) => sum + value * y[i]!, 0);
    for (const count of [0, 1, 3.7, 200, 1e6]) {
      const score = scoreTitle(x, { count, coordinates: y });
      expect(score).toBeCloseTo(product + 0.1 * Math.log(1 + count), 8);
    }
  });
});

describe('texts', () => {
  it('are where a fleet starts: 32 coordinates of the codebook, about .3 long (rule 12.3)', () => {
    const start = createTextStart(readMiniLmCodebook());
    const factors = titles.map(({ embedding }) => start.factors(embedding));
    const squares = factors.map((y) => y.reduce((sum, value) => sum + value * value, 0));
    const deviation = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / titles.length);
    expect(deviation).toBeGreaterThan(0.2);
    expect(deviation).toBeLessThan(0.4);
    expect(start.factors(titles[0]!.embedding)).toEqual(factors[0]);
  });

  it('tell the factors of a title that has none (rule 12.9)', () => {
    const axis = vectorOf(5);
    const truth = (embedding: ArrayLike<number>) => axis.map((value) => value * embedding[0]! * 8);
    const known = titles.filter(({ heldOut }) => !heldOut);
    const regression = fitTextRegression(
      known.map(({ embedding }) => ({ embedding, coordinates: truth(embedding) })),
    );
    const unknown = titles.filter(({ heldOut }) => heldOut);
    const missed = (guess: (embedding: Float32Array) => ArrayLike<number>) =>
      unknown.reduce((sum, { embedding }) => {
        const right = truth(embedding);
        const guessed = guess(embedding);
        return sum + right.reduce((miss, value, i) => miss + (value - guessed[i]!) ** 2, 0);
      }, 0);
    const byText = missed((embedding) => regression.factors(embedding));
    expect(byText).toBeLessThan(0.7 * missed(() => new Float64Array(32)));
    expect(fitTextRegression([]).factors([])).toEqual(new Float64Array(32));
  });
});
