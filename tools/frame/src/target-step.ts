/** Without a budget, embeddings keep this mean cosine. */
export const TARGET_COSINE = 0.99;

const FINEST = 0.002;
const COARSEST = 0.1;
const ROUNDS = 12;

/**
 * The coarsest step at which embeddings keep a mean cosine, found by bisection on its logarithm;
 * the finest where none does.
 */
export function coarsestStepFor(target: number, meanCosineAt: (step: number) => number): number {
  let [fine, coarse] = [Math.log(FINEST), Math.log(COARSEST)];
  for (let round = 0; round < ROUNDS; round += 1) {
    const middle = (fine + coarse) / 2;
    if (meanCosineAt(Math.exp(middle)) >= target) fine = middle;
    else coarse = middle;
  }
  return Math.exp(fine);
}
