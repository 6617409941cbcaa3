import type { PublishedFactors, TitleFactors } from '@omega-tv/types';
import { createRandom } from './support.js';

/** Factors as a fleet has them: most near zero, the strong axes first. */
export function factorsOf(
  count: number,
  { seed = 1, generation = 1, moved = 0 } = {},
): PublishedFactors {
  const random = createRandom(seed);
  const noise = createRandom(seed + 1000);
  const titles = Array.from({ length: count }, (_, i): TitleFactors => {
    const strength = 0.02 + 0.2 / Math.sqrt(1 + i);
    const coordinates = Float64Array.from({ length: 32 }, (__, axis) => {
      const value = (random.next() + random.next() - 1) * strength * (6 / (6 + axis));
      return value + (noise.next() - 0.5) * moved * strength;
    });
    return { contentId: `title-${i}`, count: 4000 / (1 + i), coordinates };
  });
  return {
    generation,
    weights: Float64Array.from({ length: 32 }, (_, axis) => 2 ** (-axis / 4)),
    titles,
    meanViewers: Array.from({ length: 4 }, (_, index) =>
      new Float64Array(32).map((__, axis) => (index + axis) / 16),
    ),
    scoring: 2,
  };
}
