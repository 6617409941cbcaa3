const TOTAL = 0x8000;

/** Shares out of 2^15 in proportion to the weights, each at least 1. */
export function toFrequencies(weights: ArrayLike<number>): Uint16Array {
  const count = weights.length;
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += weights[i] ?? 0;
  const frequencies = Uint16Array.from(
    { length: count },
    (_, i) => 1 + Math.floor(((TOTAL - count) * (weights[i] ?? 0)) / sum),
  );
  const given = frequencies.reduce((total, value) => total + value, 0);
  const largest = frequencies.indexOf(Math.max(...frequencies));
  frequencies[largest] = (frequencies[largest] ?? 0) + TOTAL - given;
  return frequencies;
}
