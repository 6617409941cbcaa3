import type { Title } from '@omega-tv/catalogue';
import { hash32 } from '@omega-tv/seeded-random';

const HEAD = 20;

/**
 * How visible each title is to everyone, in the catalogue's order: the same for all viewers,
 * falling with the square root of an arbitrary but fixed rank.
 */
export function titlePopularity(catalogue: readonly Title[]): Float32Array {
  const order = catalogue
    .map(({ id }, index) => ({ index, key: hash32(id, 0) }))
    .sort((a, b) => a.key - b.key);
  const popularity = new Float32Array(catalogue.length);
  order.forEach(({ index }, rank) => (popularity[index] = Math.sqrt(HEAD / (HEAD + rank))));
  return popularity;
}
