/** Exponents of which the powers are tabled. */
const LIMIT = 260;
const HALF = Math.sqrt(2);
const QUARTER = Math.sqrt(HALF);
const FRACTIONS = [1, QUARTER, HALF, HALF * QUARTER];
/** Doubling and halving are exact: the same on every engine. */
const POWERS = Float64Array.from({ length: 2 * LIMIT + 1 }, (_, i) => {
  const octaves = Math.floor((i - LIMIT) / 4);
  let power = FRACTIONS[i - LIMIT - 4 * octaves] ?? 1;
  for (let n = octaves; n > 0; n -= 1) power *= 2;
  for (let n = octaves; n < 0; n += 1) power /= 2;
  return power;
});

/** 2^(exponent / 4), for whole exponents from -260 to 260. */
export function quarterPower(exponent: number): number {
  return POWERS[exponent + LIMIT] ?? NaN;
}

/** The exponent from `least` to `most` whose power is nearest to `value`. */
export function toQuarterExponent(value: number, least: number, most: number): number {
  let exponent = least;
  while (exponent < most && quarterPower(exponent + 1) <= value) exponent += 1;
  const isAboveNearer = quarterPower(exponent + 1) - value < value - quarterPower(exponent);
  return exponent < most && isAboveNearer ? exponent + 1 : exponent;
}
