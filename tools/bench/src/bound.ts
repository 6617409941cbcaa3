import type { Codebook, EmbeddingCodec } from '@omega-tv/embedding-codec';

/**
 * Cosine that no coder of Gaussian vectors with the codebook's variances passes at so many bytes:
 * reverse water-filling (Cover & Thomas, 10.3.3), for unit vectors and the best linear estimate.
 */
export function waterFillingCosine({ variances }: Codebook, bytes: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i += 1) {
    const level = (low + high) / 2;
    if (bitsAt(variances, level) > 8 * bytes) low = level;
    else high = level;
  }
  const error = variances.reduce((sum, variance) => sum + Math.min(variance, high), 0);
  return Math.sqrt(1 - error);
}

/** Bytes that so good a coder would take at least. */
export function waterFillingBytes({ variances }: Codebook, cosine: number): number {
  const wanted = 1 - cosine * cosine;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i += 1) {
    const level = (low + high) / 2;
    const error = variances.reduce((sum, variance) => sum + Math.min(variance, level), 0);
    if (error > wanted) high = level;
    else low = level;
  }
  return bitsAt(variances, low) / 8;
}

/**
 * Variances of these vectors along the codebook's axes once the class means are taken off: the
 * bound for the texts at hand and this basis.
 */
export function withVariancesOf(
  { codebook }: EmbeddingCodec,
  residuals: readonly Float64Array[],
): Codebook {
  const variances = codebook.variances.map(
    (_, axis) =>
      residuals.reduce((sum, residual) => sum + (residual[axis] ?? 0) ** 2, 1e-9) /
      residuals.length,
  );
  return { ...codebook, variances };
}

function bitsAt(variances: Float64Array, level: number): number {
  return variances.reduce((bits, v) => bits + (v > level ? Math.log2(v / level) / 2 : 0), 0);
}
