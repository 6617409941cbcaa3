import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { describe, expect, it } from '@jest/globals';
import { createFederationConfig } from '../src/config.js';
import {
  contributionOf,
  fold,
  HOUR_MS,
  likeTitles,
  meanOf,
  publishNow,
  START_MS,
  tastePatterns,
  titles,
} from './fixtures.js';

const DEVICES_PER_TASTE = 30;

describe('quality', () => {
  it('finds the tastes of simulated TVs, at k = 10', () => {
    const config = createFederationConfig();
    const thrillers = titles.filter(({ genres }) => genres[0] === 'thriller');
    const seeds = [thrillers[0]!];
    while (seeds.length < 3) {
      // The title least like the seeds so far: tastes that lie apart.
      const closeness = thrillers.map((title) =>
        Math.max(...seeds.map((seed) => cosineSimilarity(seed.embedding, title.embedding))),
      );
      seeds.push(thrillers[closeness.indexOf(Math.min(...closeness))]!);
    }
    const tastes = seeds.map((seed) => tastePatterns(seed, DEVICES_PER_TASTE, thrillers));
    const contributions = Array.from({ length: DEVICES_PER_TASTE }, (_, i) =>
      tastes.map((patterns, taste) =>
        contributionOf(`tv-${taste}-${i}`, patterns[i]!, {
          genre: 'thriller',
          receivedAtMs: START_MS + i * HOUR_MS,
        }),
      ),
    ).flat();
    const { patterns } = publishNow(fold(contributions, config), START_MS, config).globals;
    const nearest = seeds.map((seed) => {
      const centre = meanOf(likeTitles(seed, 12, thrillers));
      const cosines = patterns.map(({ embedding }) => cosineSimilarity(embedding, centre));
      return {
        id: patterns[cosines.indexOf(Math.max(...cosines))]!.id,
        cosine: Math.max(...cosines),
      };
    });
    for (const taste of nearest) expect(taste.cosine).toBeGreaterThan(0.95);
    expect(new Set(nearest.map(({ id }) => id)).size).toBe(3);
  });
});
