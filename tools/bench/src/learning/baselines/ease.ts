import type { Candidate, Completions } from './completions.js';
import { invertInPlace } from './inverse.js';

const RIDGES = [100, 500];

/**
 * EASE (Steck 2019): the best linear model from titles to titles with a zero diagonal, one
 * candidate a ridge. B = -P / diag(P) with P = (X'X + ridge)^-1, X viewers by titles; where viewers
 * are fewer, P = (I - X'(XX' + ridge)^-1 X) / ridge.
 */
export function ease(completions: Completions): readonly Candidate[] {
  const { ofViewer, titleCount } = completions;
  return RIDGES.map((ridge) => {
    const { diagonal, sumOfRows } =
      ofViewer.length < titleCount
        ? byViewers(completions, ridge)
        : byTitles(ofViewer, titleCount, ridge);
    return {
      name: `EASE (ridge ${ridge})`,
      recommend: (known: readonly number[]) =>
        sumOfRows(known).map((sum, title) => -sum / (diagonal[title] ?? 1)),
    };
  });
}

/** What EASE needs of P. */
interface Precision {
  readonly diagonal: Float64Array;
  readonly sumOfRows: (titles: readonly number[]) => Float64Array;
}

function byTitles(ofViewer: readonly Int32Array[], size: number, ridge: number): Precision {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) matrix[i * size + i] = ridge;
  for (const titles of ofViewer) addProducts(matrix, size, titles);
  invertInPlace(matrix, size);
  return {
    diagonal: Float64Array.from({ length: size }, (_, title) => matrix[title * size + title] ?? 1),
    sumOfRows: (titles) => {
      const sum = new Float64Array(size);
      for (const title of titles) {
        const start = title * size;
        for (let i = 0; i < size; i += 1) sum[i] = (sum[i] ?? 0) + (matrix[start + i] ?? 0);
      }
      return sum;
    },
  };
}

function byViewers({ ofViewer, ofTitle, titleCount }: Completions, ridge: number): Precision {
  const size = ofViewer.length;
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) inverse[i * size + i] = ridge;
  for (const viewers of ofTitle) addProducts(inverse, size, viewers);
  invertInPlace(inverse, size);
  const at = (a: number, b: number): number => inverse[a * size + b] ?? 0;
  const diagonal = Float64Array.from(ofTitle, (viewers) => {
    let sum = 1;
    for (const a of viewers) for (const b of viewers) sum -= at(a, b);
    return sum / ridge;
  });
  const sumOfRows = (titles: readonly number[]): Float64Array => {
    const ofViewers = new Float64Array(size);
    const sum = new Float64Array(titleCount);
    for (const title of titles) {
      sum[title] = (sum[title] ?? 0) + 1;
      for (const a of ofTitle[title] ?? []) {
        for (let b = 0; b < size; b += 1) ofViewers[b] = (ofViewers[b] ?? 0) + at(a, b);
      }
    }
    ofViewer.forEach((others, viewer) => {
      for (const other of others) sum[other] = (sum[other] ?? 0) - (ofViewers[viewer] ?? 0);
    });
    return sum.map((value) => value / ridge);
  };
  return { diagonal, sumOfRows };
}

/** Adds 1 for every pair. */
function addProducts(matrix: Float64Array, size: number, members: Int32Array): void {
  for (const a of members) {
    const start = a * size;
    for (const b of members) matrix[start + b] = (matrix[start + b] ?? 0) + 1;
  }
}
