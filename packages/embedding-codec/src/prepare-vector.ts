import type { CodecContext } from './codec-context.js';
import type { CodecMode } from './message-format.js';
import { measureNorm, normValue, type VectorNorm } from './vector-norm.js';

/** How many of the references are tried on a vector. */
const REFERENCES_TRIED = 2;

/** A vector with all that does not depend on the step. */
export interface PreparedVector {
  readonly norm: VectorNorm;
  readonly normValue: number;
  /** The vector over its length. */
  readonly unit: Float64Array;
  readonly classIndex: number;
  /** What the class mean leaves, along the codebook's axes. */
  readonly classResidual: Float64Array;
  readonly classEnergy: number;
  readonly nearReferences: readonly {
    readonly index: number;
    readonly residual: Float64Array;
  }[];
  /** What another vector leaves, along the codebook's axes. */
  residualTo(prediction: ArrayLike<number>): Float64Array;
}

/**
 * Prepares a vector for coding.
 * @throws CodecError `invalid-vector`.
 */
export function prepareVector(
  context: CodecContext,
  vector: ArrayLike<number>,
  references: readonly ArrayLike<number>[],
  mode: CodecMode,
): PreparedVector {
  const { transform, classes, dimension } = context;
  const norm = measureNorm(vector, dimension);
  const length = normValue(norm);
  const unit = new Float64Array(vector).map((value) => (length === 0 ? 0 : value / length));
  const project = (values: Float64Array): Float64Array =>
    mode === 'upload' ? transform.forwardExact(values) : transform.forward(values);
  const residualTo = (prediction: ArrayLike<number>): Float64Array =>
    project(unit.map((value, i) => value - (prediction[i] ?? 0)));

  const coordinates = project(unit);
  const classIndex = classes.nearest(coordinates);
  const means = classes.coordinates(classIndex);
  const classResidual = coordinates.map((value, axis) => value - (means[axis] ?? 0));
  const nearReferences = nearestReferences(unit, references).map((index) => ({
    index,
    residual: residualTo(references[index] ?? []),
  }));
  const classEnergy = classResidual.reduce((sum, value) => sum + value * value, 0);
  return {
    norm,
    normValue: length,
    unit,
    classIndex,
    classResidual,
    classEnergy,
    nearReferences,
    residualTo,
  };
}

function nearestReferences(
  unit: Float64Array,
  references: readonly ArrayLike<number>[],
): readonly number[] {
  const distances = references.map((reference) => {
    let sum = 0;
    for (let i = 0; i < unit.length; i += 1) {
      const miss = (unit[i] ?? 0) - (reference[i] ?? 0);
      sum += miss * miss;
    }
    return sum;
  });
  return [...distances.keys()]
    .sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0) || a - b)
    .slice(0, REFERENCES_TRIED);
}
