import type { TrainingSet } from './training-set.js';

/** Weighted mean of the rows. */
export function weightedMean({ rows, weights, dimension }: TrainingSet): Float64Array {
  const mean = new Float64Array(dimension);
  let total = 0;
  rows.forEach((row, n) => {
    const weight = weights[n] ?? 0;
    total += weight;
    for (let i = 0; i < dimension; i += 1) mean[i] = (mean[i] ?? 0) + weight * (row[i] ?? 0);
  });
  return mean.map((value) => value / total);
}

/** Weighted second moment of the rows less what `centerOf` names for each: dimension^2, symmetric. */
export function secondMoment(
  { rows, weights, dimension }: TrainingSet,
  centerOf: (row: number) => Float64Array,
): Float64Array {
  const moment = new Float64Array(dimension * dimension);
  const centred = new Float64Array(dimension);
  let total = 0;
  rows.forEach((row, n) => {
    const weight = weights[n] ?? 0;
    const center = centerOf(n);
    total += weight;
    for (let i = 0; i < dimension; i += 1) centred[i] = (row[i] ?? 0) - (center[i] ?? 0);
    for (let i = 0; i < dimension; i += 1) {
      const weighted = weight * (centred[i] ?? 0);
      const start = i * dimension;
      for (let j = 0; j <= i; j += 1) {
        moment[start + j] = (moment[start + j] ?? 0) + weighted * (centred[j] ?? 0);
      }
    }
  });
  for (let i = 0; i < dimension; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const value = (moment[i * dimension + j] ?? 0) / total;
      moment[i * dimension + j] = value;
      moment[j * dimension + i] = value;
    }
  }
  return moment;
}
