import { log2 } from '@omega-tv/embedding-codec/training';
import type { Eigensystem } from './eigen.js';
import type { Progress, TrainingSet } from './training-set.js';
import { createTrainingRandom } from './training-random.js';

/** Classes as the trainer finds them, in coordinates of the vectors. */
export interface TrainedClasses {
  readonly means: readonly Float64Array[];
  /** Weight of each class's rows. */
  readonly weights: Float64Array;
  readonly classOfRow: Int32Array;
}

const ROUNDS = 14;
const COMPARED_AXES = 128;
/** Noise that any coding leaves: it keeps small variances from deciding. */
const NOISE = 2e-4;
/** Rows that pull each mean towards the mean of all. */
const PSEUDO_ROWS = 40;
const TWO_LN2 = 1.3862943611198906;
const AXES_AT_A_TIME = 32;

interface Fit {
  means: Float32Array;
  weights: Float64Array;
  variances: Float64Array;
}

/**
 * A mixture of `count` classes with shared variances, by hard expectation-maximisation along the
 * axes of all rows.
 */
export function trainClassMeans(
  set: TrainingSet,
  mean: Float64Array,
  { axes, values }: Eigensystem,
  count: number,
  progress: Progress,
): TrainedClasses {
  const { rows, dimension } = set;
  const coordinates = projectAll(set, mean, axes);
  const random = createTrainingRandom(1);
  const means = new Float32Array(count * dimension);
  for (let index = 0; index < count; index += 1) {
    const row = Math.floor(random() * rows.length) * dimension;
    for (let i = 0; i < dimension; i += 1) {
      means[index * dimension + i] = (coordinates[row + i] ?? 0) / 2;
    }
  }
  let fit: Fit = { means, weights: new Float64Array(count).fill(1), variances: values };
  const classOfRow = new Int32Array(rows.length);
  for (let round = 1; round <= ROUNDS; round += 1) {
    assign(set, coordinates, fit, classOfRow);
    fit = maximise(set, coordinates, classOfRow, count);
    const left = fit.variances.reduce((sum, value) => sum + value, 0);
    progress(`classes, round ${round} of ${ROUNDS}: they leave ${left.toFixed(4)} of the energy`);
  }
  const inSpace = Array.from({ length: count }, (_, index) => {
    const vector = Float64Array.from(mean);
    for (let axis = 0; axis < dimension; axis += 1) {
      const value = fit.means[index * dimension + axis] ?? 0;
      for (let i = 0; i < dimension; i += 1) {
        vector[i] = (vector[i] ?? 0) + value * (axes[axis * dimension + i] ?? 0);
      }
    }
    return vector;
  });
  return { means: inSpace, weights: fit.weights, classOfRow };
}

function projectAll(
  { rows, dimension }: TrainingSet,
  mean: Float64Array,
  axes: Float64Array,
): Float32Array {
  const coordinates = new Float32Array(rows.length * dimension);
  const centred = new Float64Array(dimension);
  rows.forEach((row, n) => {
    for (let i = 0; i < dimension; i += 1) centred[i] = (row[i] ?? 0) - (mean[i] ?? 0);
    for (let axis = 0; axis < dimension; axis += 1) {
      let sum = 0;
      const start = axis * dimension;
      for (let i = 0; i < dimension; i += 1) sum += (axes[start + i] ?? 0) * (centred[i] ?? 0);
      coordinates[n * dimension + axis] = sum;
    }
  });
  return coordinates;
}

/** Gives every row the class that explains it in the fewest bits. */
function assign(
  set: TrainingSet,
  coordinates: Float32Array,
  fit: Fit,
  classOfRow: Int32Array,
): void {
  const { dimension, rows, weights } = set;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const compared = Math.min(COMPARED_AXES, dimension);
  const inverse = Float64Array.from(fit.variances.subarray(0, compared), (v) => 1 / (v + NOISE));
  const penalties = fit.weights.map((weight) => -TWO_LN2 * log2((weight + 1) / total));
  for (let n = 0; n < rows.length; n += 1) {
    let [best, bestCost] = [0, Infinity];
    for (let index = 0; index < penalties.length; index += 1) {
      let cost = penalties[index] ?? 0;
      const [row, mean] = [n * dimension, index * dimension];
      for (let start = 0; start < compared && cost < bestCost; start += AXES_AT_A_TIME) {
        const end = Math.min(start + AXES_AT_A_TIME, compared);
        for (let i = start; i < end; i += 1) {
          const miss = (coordinates[row + i] ?? 0) - (fit.means[mean + i] ?? 0);
          cost += miss * miss * (inverse[i] ?? 0);
        }
      }
      if (cost < bestCost) {
        best = index;
        bestCost = cost;
      }
    }
    classOfRow[n] = best;
  }
}

/** Means, weights and variances of the classes as assigned. */
function maximise(
  { rows, weights, dimension }: TrainingSet,
  coordinates: Float32Array,
  classOfRow: Int32Array,
  count: number,
): Fit {
  const sums = new Float64Array(count * dimension);
  const classWeights = new Float64Array(count);
  let total = 0;
  for (let n = 0; n < rows.length; n += 1) {
    const [index, weight] = [classOfRow[n] ?? 0, weights[n] ?? 0];
    total += weight;
    classWeights[index] = (classWeights[index] ?? 0) + weight;
    const [sum, row] = [index * dimension, n * dimension];
    for (let i = 0; i < dimension; i += 1) {
      sums[sum + i] = (sums[sum + i] ?? 0) + weight * (coordinates[row + i] ?? 0);
    }
  }
  const pull = (PSEUDO_ROWS * total) / rows.length;
  const means = Float32Array.from(
    sums,
    (sum, i) => sum / ((classWeights[Math.floor(i / dimension)] ?? 0) + pull),
  );
  const variances = new Float64Array(dimension);
  for (let n = 0; n < rows.length; n += 1) {
    const [mean, row] = [(classOfRow[n] ?? 0) * dimension, n * dimension];
    for (let i = 0; i < dimension; i += 1) {
      const miss = (coordinates[row + i] ?? 0) - (means[mean + i] ?? 0);
      variances[i] = (variances[i] ?? 0) + ((weights[n] ?? 0) * miss * miss) / total;
    }
  }
  return { means, weights: classWeights, variances };
}
