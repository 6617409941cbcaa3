import type { RandomSource } from '@omega-tv/types';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * A repeatable source of chance for a simulation: the same key gives the same numbers.
 * Give each purpose its own key (`createRandom(seed, 'evening', 3)`): keys that differ anywhere
 * give independent numbers, so nothing has to be replayed to come back to the third evening.
 */
export function createRandom(...key: readonly (string | number)[]): RandomSource {
  const text = JSON.stringify(key);
  const state = [1, 2, 3, 4].map((lane) => hash32(text, lane));
  const generator = xoroshiro128plusFromState(state);
  return { next: () => uniformFloat64(generator) };
}

/** FNV-1a over UTF-16 code units, then MurmurHash3's finaliser so that all bits depend on all. */
export function hash32(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
