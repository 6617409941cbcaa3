import { createRandom } from '@omega-tv/seeded-random';
import type { World } from '../src/learning/viewers.js';

const TITLES = 120;
const VIEWERS = 45;

/** Two tastes: even titles and odd ones; each viewer completes most of the own kind. */
export function twoTastes(seed: string): World {
  const random = createRandom(seed);
  return {
    titleIds: Array.from({ length: TITLES }, (_, i) => `m${i}`),
    embeddings: Array.from({ length: TITLES }, () =>
      Float32Array.from({ length: 384 }, () => (random.next() - 0.5) / 6),
    ),
    viewers: Array.from({ length: VIEWERS }, (_, viewer) =>
      Array.from({ length: TITLES / 2 }, (__, i) => ({ title: 2 * i + (viewer % 2), time: 0 }))
        .filter(() => random.next() < 0.8)
        .sort(() => random.next() - 0.5)
        .map(({ title }, i) => ({ title, time: 100_000 * viewer + i })),
    ),
  };
}
