/**
 * The largest count up to `max` for which `fits` holds, where fitting at one count (nearly)
 * means fitting at every smaller one. A count of 0 is taken to fit; every other count that is
 * returned was tried. Doubles, then bisects.
 */
export async function largestFitting(
  max: number,
  fits: (count: number) => Promise<boolean>,
): Promise<number> {
  let best = 0;
  let tooMany = max + 1;
  while (best + 1 < tooMany) {
    const doubled = Math.max(1, 2 * best);
    const count = doubled < tooMany ? doubled : Math.floor((best + tooMany) / 2);
    if (await fits(count)) best = count;
    else tooMany = count;
  }
  return best;
}
