import type { Candidate, Completions } from './completions.js';
import { invertInPlace } from './inverse.js';

const RIDGES = [100, 500];

/**
 * EASE (Steck 2019): the best linear model from titles to titles with a zero diagonal, one
 * candidate a ridge. B = -P / diag(P) with P = (X'X + ridge)^-1, X viewers by titles; where viewers
 * are fewer, P = (I - X'(XX' + ridge)^-1 X) / ridge.
 */
export function ease(completions: Completions): readonly Candidate[] {
  const { ofViewer, ofTitle, titleCount } = completions;
  return RIDGES.map((ridge) => {
    const rows =
      ofViewer.length < titleCount
        ? rowsByViewers(completions, ridge)
        : rowsByTitles(ofViewer, titleCount, ridge);
    const diagonal = Float64Array.from(ofTitle, (_, title) => rows(title)[title] ?? 1);
    return {
      name: `EASE (ridge ${ridge})`,
      recommend: (known: readonly number[]) => {
        const scores = new Float64Array(titleCount);
        for (const title of known) {
          const row = rows(title);
          for (let i = 0; i < titleCount; i += 1) {
            scores[i] = (scores[i] ?? 0) - (row[i] ?? 0) / (diagonal[i] ?? 1);
          }
        }
        return scores;
      },
    };
  });
}

/** Rows of P. */
type Rows = (title: number) => Float64Array;

function rowsByTitles(ofViewer: readonly Int32Array[], size: number, ridge: number): Rows {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) matrix[i * size + i] = ridge;
  for (const titles of ofViewer) {
    for (const a of titles)
      for (const b of titles) matrix[a * size + b] = (matrix[a * size + b] ?? 0) + 1;
  }
  invertInPlace(matrix, size);
  return (title) => matrix.subarray(title * size, (title + 1) * size);
}

function rowsByViewers({ ofViewer, ofTitle, titleCount }: Completions, ridge: number): Rows {
  const size = ofViewer.length;
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) inverse[i * size + i] = ridge;
  for (const viewers of ofTitle) {
    for (const a of viewers)
      for (const b of viewers) inverse[a * size + b] = (inverse[a * size + b] ?? 0) + 1;
  }
  invertInPlace(inverse, size);
  return (title) => {
    const row = new Float64Array(titleCount);
    const byViewer = new Float64Array(size);
    for (const viewer of ofTitle[title] ?? []) {
      for (let i = 0; i < size; i += 1) {
        byViewer[i] = (byViewer[i] ?? 0) + (inverse[viewer * size + i] ?? 0);
      }
    }
    ofViewer.forEach((titles, viewer) => {
      for (const other of titles) row[other] = (row[other] ?? 0) - (byViewer[viewer] ?? 0);
    });
    row[title] = (row[title] ?? 0) + 1;
    return row.map((value) => value / ridge);
  };
}
