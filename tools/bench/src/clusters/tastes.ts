import { dot, loadCatalogue, type Title } from '@omega-tv/catalogue';
import type { RandomSource } from '@omega-tv/types';

const MIN_TITLES = 40;
const TASTE_TITLES = 12;
const PATTERN_TITLES = 5;

/** The catalogue's titles by their main genre; small genres left out. */
export function titlesByGenre(): readonly (readonly Title[])[] {
  const groups = new Map<string, Title[]>();
  for (const title of loadCatalogue()) {
    const [genre] = title.genres;
    groups.set(genre, [...(groups.get(genre) ?? []), title]);
  }
  return [...groups.values()].filter((titles) => titles.length >= MIN_TITLES);
}

/** A taste: a title drawn by chance and the 11 most like it; no title has two tastes. */
export function drawTastes(
  titles: readonly Title[],
  count: number,
  random: RandomSource,
): readonly (readonly Title[])[] {
  let rest = [...titles];
  return Array.from({ length: count }, () => {
    const [seed] = sample(rest, 1, random);
    if (seed === undefined) throw new RangeError(`a genre has too few titles for ${count} tastes`);
    const likeness = ({ embedding }: Title): number => dot(embedding, seed.embedding);
    rest.sort((a, b) => likeness(b) - likeness(a));
    const liked = rest.slice(0, TASTE_TITLES);
    rest = rest.slice(TASTE_TITLES);
    return liked;
  });
}

/** What a TV learns of a taste: the mean of five titles drawn from it. */
export function learnPattern(titles: readonly Title[], random: RandomSource): Float32Array {
  return meanVector(sample(titles, PATTERN_TITLES, random).map(({ embedding }) => embedding));
}

export function meanVector(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    vector.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value / vectors.length));
  }
  return sum;
}

/** Draws `count` of the items, none twice. */
export function sample<Item>(
  items: readonly Item[],
  count: number,
  random: RandomSource,
): readonly Item[] {
  const rest = [...items];
  return Array.from({ length: count }, () =>
    rest.splice(Math.floor(random.next() * rest.length), 1),
  ).flat();
}

export function quantile(values: readonly number[], q: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(q * values.length)] ?? NaN;
}
