const LN2 = 0.6931471805599453;

/** ln x for x >= 1, to about 1e-9: engines round Math.log as they like, and ranks would differ. */
export function naturalLogarithm(x: number): number {
  let halvings = 0;
  let m = x;
  for (; m > Math.sqrt(2); m /= 2) halvings += 1;
  // ln m = 2 artanh((m - 1) / (m + 1)), m between 0.7 and 1.42.
  const t = (m - 1) / (m + 1);
  const t2 = t * t;
  const series =
    1 + t2 * (1 / 3 + t2 * (1 / 5 + t2 * (1 / 7 + t2 * (1 / 9 + t2 * (1 / 11 + t2 / 13)))));
  return halvings * LN2 + 2 * t * series;
}
