import { loadCatalogue } from '@omega-tv/catalogue';
import type { PatternDataWire } from '@omega-tv/types';

/** Samples of each pattern. */
export const SAMPLES = 20;

/** Patterns of real titles, as JSON carries them. */
export function patternsOf(count: number): readonly PatternDataWire[] {
  return loadCatalogue()
    .slice(0, count)
    .map(({ id, embedding, genres }) => ({
      id,
      embedding: Array.from(embedding),
      success_rate: 0.9,
      sample_count: SAMPLES,
      genre: genres[0],
    }));
}
