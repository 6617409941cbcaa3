/*
 * Engines may round Math.log and Math.exp as they like, and then two TVs would write different
 * bytes. IEEE 754 fixes + - * / and sqrt to the last bit, so the coding path uses nothing else.
 */

const LN2 = 0.6931471805599453;
const view = new DataView(new ArrayBuffer(8));

/**
 * Base-2 logarithm, to about 1e-9 and the same on every engine.
 * @param x positive and finite; 0 gives about -1075.
 */
export function log2(x: number): number {
  view.setFloat64(0, x < 2.3e-308 ? 2.3e-308 : x);
  const high = view.getUint32(0);
  const exponent = (high >>> 20) - 1023;
  view.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  const mantissa = view.getFloat64(0);
  // ln m = 2 artanh((m - 1) / (m + 1)); the mantissa is taken between 0.7 and 1.4.
  const half = mantissa > 1.4142135623730951;
  const m = half ? mantissa / 2 : mantissa;
  const t = (m - 1) / (m + 1);
  const t2 = t * t;
  const series =
    1 + t2 * (1 / 3 + t2 * (1 / 5 + t2 * (1 / 7 + t2 * (1 / 9 + t2 * (1 / 11 + t2 / 13)))));
  return exponent + (half ? 1 : 0) + (2 * t * series) / LN2;
}

/**
 * The powers 2^(-i/count) for i = 0 .. count - 1, by repeated square roots.
 * @param count a power of two.
 */
export function fractionalPowers(count: number): Float64Array {
  let root = 0.5;
  for (let n = 1; n < count; n *= 2) root = Math.sqrt(root);
  const powers = new Float64Array(count);
  let power = 1;
  for (let i = 0; i < count; i += 1) {
    powers[i] = power;
    power *= root;
  }
  return powers;
}
