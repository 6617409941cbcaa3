import type { Codebook } from '@omega-tv/embedding-codec';
import { FACTORS } from '@omega-tv/types';

/** Deviation of a coordinate at the start of a fleet: a title's factors are then about .3 long. */
const START_DEVIATION = 0.3 / Math.sqrt(FACTORS);
const PROBABILITY_ONE = 0x8000;

/** Turns text embeddings into the factors that a fleet starts from. */
export interface TextStart {
  /** Factors of generation 0. */
  factors(embedding: ArrayLike<number>): Float64Array;
}

/**
 * The leading 32 coordinates of the codebook's Karhunen-Loeve transform, less their mean, in one
 * common scale. Every TV has the codebook: nothing is sent.
 */
export function createTextStart(codebook: Codebook): TextStart {
  const { dimension } = codebook.space;
  const means = new Float64Array(FACTORS);
  const squares = new Float64Array(FACTORS);
  codebook.classFrequencies.forEach((frequency, index) => {
    const share = frequency / PROBABILITY_ONE;
    for (let axis = 0; axis < FACTORS; axis += 1) {
      const mean = codebook.classMeans[index * dimension + axis] ?? 0;
      means[axis] = (means[axis] ?? 0) + share * mean;
      squares[axis] = (squares[axis] ?? 0) + share * mean * mean;
    }
  });
  let variance = 0;
  for (let axis = 0; axis < FACTORS; axis += 1) {
    const between = (squares[axis] ?? 0) - (means[axis] ?? 0) * (means[axis] ?? 0);
    variance += (between + (codebook.variances[axis] ?? 0)) / FACTORS;
  }
  const scale = START_DEVIATION / Math.sqrt(variance);
  return {
    factors: (embedding) =>
      means.map((mean, axis) => {
        let coordinate = 0;
        for (let i = 0; i < dimension; i += 1) {
          coordinate += (codebook.basis[axis * dimension + i] ?? 0) * (embedding[i] ?? 0);
        }
        return (coordinate - mean) * scale;
      }),
  };
}
