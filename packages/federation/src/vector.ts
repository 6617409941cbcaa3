/** Shorter than this against its weight, a sum has cancelled itself out and points nowhere. */
const MIN_SHARE = 1e-6;

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/**
 * The vector at unit length; undefined where it has no direction (zero, not finite, or shorter
 * than a millionth of `weight`, the sum of the lengths that went into it).
 */
export function toUnit(vector: ArrayLike<number>, weight = 0): Float64Array | undefined {
  const length = Math.sqrt(dot(vector, vector));
  if (!(length > 0 && length >= weight * MIN_SHARE && length < Infinity)) return undefined;
  // A loop, for Float64Array.from takes ten times as long.
  const unit = new Float64Array(vector.length);
  for (let i = 0; i < unit.length; i += 1) unit[i] = (vector[i] ?? 0) / length;
  return unit;
}

/** `a` scaled by `scale`, plus `b` scaled by `otherScale`; as long as `b`. */
export function blend(
  a: Float64Array,
  scale: number,
  b: Float64Array,
  otherScale: number,
): Float64Array {
  return b.map((value, i) => (a[i] ?? 0) * scale + value * otherScale);
}
