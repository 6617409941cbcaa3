/** Smallest normal 32-bit float; below it a float has fewer than 6 significant digits. */
const MIN_NORMAL_FLOAT32 = 2 ** -126;

/**
 * Writes a finite 32-bit float as the shortest decimal that reads back to the same float.
 * Six digits always survive the way through a normal binary32, nine always suffice
 * (IEEE 754-2019 section 5.12.2), so only 6 to 9 are tried.
 */
export function float32ToText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const fewest = Math.abs(value) < MIN_NORMAL_FLOAT32 ? 1 : 6;
  for (let digits = fewest; digits < 9; digits += 1) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return String(decimal);
  }
  return String(Number(value.toPrecision(9)));
}

/** Rounded embeddings have few values; where there are more, the rest is not remembered. */
const MOST_TEXTS = 1024;

/** The texts of 32-bit floats, of which many are alike. */
export class FloatTexts {
  readonly #texts = new Map<number, string>();

  of(value: number): string {
    // A map takes -0 for 0.
    if (value === 0) return float32ToText(value);
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    const text = float32ToText(value);
    if (this.#texts.size < MOST_TEXTS) this.#texts.set(value, text);
    return text;
  }
}

/** Writes a finite number: as a 32-bit float where it is one, else as the shortest double. */
export function numberToText(value: number): string {
  return Math.fround(value) === value ? float32ToText(value) : String(value);
}
