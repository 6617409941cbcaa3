const LN2 = 0.6931471805599453;
const TERMS = 18;

/** e^x by its series: Math.exp may differ between engines, and the codebook must not. */
export function exactExp(x: number): number {
  const octaves = Math.round(x / LN2);
  const rest = x - octaves * LN2;
  let sum = 1;
  for (let n = TERMS; n > 0; n -= 1) sum = 1 + (sum * rest) / n;
  let value = sum;
  for (let i = 0; i < octaves; i += 1) value *= 2;
  for (let i = 0; i > octaves; i -= 1) value /= 2;
  return value;
}
