import { isPublishedId, meetsSyncThreshold, validatePatternData } from '@omega-tv/types';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { learn, LEARNER_DEFAULTS } from '../src/learner/learn.js';
import type { LearnedPattern } from '../src/learner/pattern.js';
import { createRandom } from '@omega-tv/seeded-random';
import { watchEvenings } from '@omega-tv/simulated-viewers';
import { catalogue, createPersonaViewer, findTitle, learnAll } from './simulate.js';

const viewings = fc.array(
  fc.record({
    titleId: fc.constantFrom(...catalogue.map(({ id }) => id)),
    completed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 150 },
);

describe('the learner', () => {
  it('counts every viewing once and keeps its patterns valid', () => {
    fc.assert(
      fc.property(viewings, (watched) => {
        const patterns = learnAll(watched);
        const sum = (count: (pattern: LearnedPattern) => number) =>
          patterns.reduce((total, pattern) => total + count(pattern), 0);
        expect(sum((pattern) => pattern.sampleCount)).toBe(watched.length);
        expect(sum((pattern) => pattern.completedCount)).toBe(
          watched.filter(({ completed }) => completed).length,
        );
        expect(new Set(patterns.map(({ id }) => id)).size).toBe(patterns.length);
        for (const pattern of patterns) {
          validatePatternData(pattern);
          expect(pattern.id).toMatch(/^[a-z2-7]{7}-[1-9]\d*$/);
          expect(isPublishedId(pattern.id)).toBe(false);
          expect(pattern.successRate).toBe(pattern.completedCount / pattern.sampleCount);
          expect(Math.hypot(...pattern.embedding)).toBeCloseTo(1, 3);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps to its caps, a genre and a TV', () => {
    const config = { spawnCosine: 0.9, patternsPerGenre: 3, maxPatterns: 20 };
    fc.assert(
      fc.property(viewings, (watched) => {
        const patterns = learnAll(watched, config);
        expect(patterns.length).toBeLessThanOrEqual(20);
        for (const { genre } of patterns) {
          expect(patterns.filter((other) => other.genre === genre).length).toBeLessThan(4);
        }
      }),
      { numRuns: 60 },
    );
    const whole = learnAll(catalogue.map(({ id }) => ({ titleId: id, completed: true })));
    expect(whole.length).toBeLessThanOrEqual(LEARNER_DEFAULTS.maxPatterns);
  });

  it('lies at the mean of what was completed, whatever was not', () => {
    const oneForAll = { spawnCosine: -1, patternsPerGenre: 1, maxPatterns: 1 };
    fc.assert(
      fc.property(viewings, (watched) => {
        const done = watched.filter(({ completed }) => completed);
        fc.pre(done.length > 0);
        const sum = new Float64Array(384);
        for (const { titleId } of done) {
          findTitle(titleId).embedding.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
        }
        const length = Math.hypot(...sum);
        const [pattern] = learnAll(watched, oneForAll);
        sum.forEach((value, i) => {
          expect(pattern?.embedding[i]).toBeCloseTo(value / length, 4);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('changes or begins one pattern a viewing, and counts only grow', () => {
    const random = createRandom('one a viewing');
    const patterns = new Map<string, LearnedPattern>();
    for (const { titleId, completed } of watchEvenings(createPersonaViewer(0, 5), 0, 40)) {
      const { embedding, genres } = findTitle(titleId);
      const before = [...patterns.values()];
      const sample = { embedding, genre: genres[0], completed };
      const { pattern, isNew } = learn(before, sample, random);
      const old = patterns.get(pattern.id);
      expect(isNew).toBe(old === undefined);
      expect(pattern.sampleCount).toBe((old?.sampleCount ?? 0) + 1);
      patterns.set(pattern.id, pattern);
    }
  });

  it('draws other ids after the store was lost (rule 4.10)', () => {
    const ids = [1, 2].map((run) => {
      const random = createRandom('lost store', run);
      const patterns: LearnedPattern[] = [];
      for (const title of catalogue.slice(0, 200)) {
        const sample = { embedding: title.embedding, genre: title.genres[0], completed: true };
        const { pattern, isNew } = learn(patterns, sample, random);
        if (isNew) patterns.push(pattern);
      }
      return patterns.map(({ id }) => id);
    });
    const [before = [], after = []] = ids;
    expect(before.length).toBeGreaterThan(0);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
  });

  it('knows something worth sharing after a few weeks', () => {
    const good = Array.from({ length: 20 }, (_, seed) =>
      learnAll(watchEvenings(createPersonaViewer(seed, seed), 0, 30)).filter(meetsSyncThreshold),
    );
    const counts = good.map((patterns) => patterns.length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    console.log(`simulated: ${mean.toFixed(2)} patterns worth sharing a TV after 30 evenings`);
    expect(mean).toBeGreaterThan(1);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(15);
  });
});
