const LARGEST = 3.4028234663852886e38;

/** A vector times its length, in 32-bit floats; beyond their range it stops at their largest. */
export function toFloat32(vector: Float64Array, norm: number): Float32Array {
  // A loop, for Float32Array.from takes ten times as long.
  const floats = new Float32Array(vector.length);
  for (let i = 0; i < floats.length; i += 1) {
    floats[i] = Math.max(-LARGEST, Math.min(LARGEST, (vector[i] ?? 0) * norm));
  }
  return floats;
}
