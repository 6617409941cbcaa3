import type { RandomSource } from '@omega-tv/types';

/** Draws up to `count` different items, each draw in proportion to its weight. */
export function drawWeighted<Item>(
  items: readonly Item[],
  weight: (item: Item) => number,
  count: number,
  random: RandomSource,
): readonly Item[] {
  const left = [...items];
  const drawn: Item[] = [];
  while (drawn.length < count && left.length > 0) {
    const at = drawIndex(cumulate(left.map(weight)), random);
    drawn.push(...left.splice(at, 1));
  }
  return drawn;
}

/** Running sums of weights, for `drawIndex`. */
export function cumulate(weights: ArrayLike<number>): Float64Array {
  let sum = 0;
  return Float64Array.from(weights, (weight) => (sum += weight));
}

/** Draws an index in proportion to the weights whose running sums these are. */
export function drawIndex(sums: Float64Array, random: RandomSource): number {
  const mark = random.next() * (sums.at(-1) ?? 0);
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] ?? 0) > mark) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** About a standard normal number: the sum of 12 uniform ones (Irwin-Hall). */
export function drawNormal(random: RandomSource): number {
  let sum = -6;
  for (let i = 0; i < 12; i += 1) sum += random.next();
  return sum;
}
