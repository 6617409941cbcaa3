import { cosineSimilarity } from '@omega-tv/embedding-codec';
import type { PatternData } from '@omega-tv/types';
import type { Fidelity } from '../client-format.js';

/**
 * Grid steps that pay, finest first. Those left out (0.003, 0.007, 0.012, 0.0225, ...) cost more
 * bytes on real embeddings than the next finer one here.
 */
const GRID_STEPS = [
  1e-6, 1e-5, 1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.0025, 0.004, 0.005, 0.008, 0.01, 0.015, 0.02, 0.025,
  0.03, 0.04, 0.05, 0.1,
] as const;

const COARSEST_FIRST = [...GRID_STEPS].reverse();

/** What rounding the embeddings cost. */
export interface RoundingFidelity extends Fidelity {
  /**
   * Coordinates were rounded to multiples of this, on the scale of unit vectors;
   * null where they are the exact 32-bit floats.
   */
  readonly gridStep: number | null;
}

/** Patterns as they are to be sent. Only the embeddings may differ from the exact patterns. */
export interface Rounding {
  readonly patterns: readonly PatternData[];
  readonly fidelity: RoundingFidelity;
}

/** The roundings at which every pattern keeps `minCosine`, coarsest first; the exact one is the last. */
export function roundingsCoarsestFirst(
  patterns: readonly PatternData[],
  minCosine: number,
): readonly Rounding[] {
  const roundings = COARSEST_FIRST.map((step) => roundPatterns(patterns, step));
  const kept = roundings.filter(({ fidelity }) => fidelity.minCosine >= minCosine);
  return [...kept, exact(patterns)];
}

/** The first of the roundings that `roundingsCoarsestFirst` gives. */
export function coarsestRounding(patterns: readonly PatternData[], minCosine: number): Rounding {
  for (const step of COARSEST_FIRST) {
    const rounding = roundPatterns(patterns, step);
    if (rounding.fidelity.minCosine >= minCosine) return rounding;
  }
  return exact(patterns);
}

/** The floats as they are. */
export function exact(patterns: readonly PatternData[]): Rounding {
  return { patterns, fidelity: { meanCosine: 1, minCosine: 1, gridStep: null } };
}

function roundPatterns(patterns: readonly PatternData[], gridStep: number): Rounding {
  let sum = 0;
  let minCosine = 1;
  const rounded = patterns.map((pattern) => {
    const embedding = roundToGrid(pattern.embedding, gridStep);
    const similarity = fidelityOf(pattern.embedding, embedding);
    sum += similarity;
    minCosine = Math.min(minCosine, similarity);
    return { ...pattern, embedding };
  });
  const meanCosine = patterns.length === 0 ? 1 : sum / patterns.length;
  return { patterns: rounded, fidelity: { meanCosine, minCosine, gridStep } };
}

function roundToGrid(embedding: Float32Array, gridStep: number): Float32Array {
  const step = gridStep * decimalScale(embedding);
  return embedding.map((value) => {
    const rounded = Math.fround(Math.round(value / step) * step);
    // The largest floats would round up to infinity. `+ 0` makes -0 the shorter 0.
    return Number.isFinite(rounded) ? rounded + 0 : value;
  });
}

/**
 * The power of ten that an embedding of another length than 1 has its grid scaled by: 1 where the
 * root mean square of its coordinates is within 0.01 to 0.1 (0.051 for a unit vector of 384).
 */
function decimalScale(embedding: Float32Array): number {
  const meanSquare = dot(embedding, embedding) / embedding.length;
  if (meanSquare === 0) return 1;
  const exponent = Number(Math.sqrt(meanSquare).toExponential().split('e')[1]);
  return Number(`1e${exponent + 2}`);
}

/** A zero rounds to itself: nothing of it is lost. */
function fidelityOf(exact: Float32Array, rounded: Float32Array): number {
  const isZero = dot(exact, exact) === 0;
  return isZero ? 1 : Math.min(1, cosineSimilarity(exact, rounded));
}

/** In doubles: squares of all 32-bit floats are in their range. */
function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
