import { describe, expect, it } from '@jest/globals';
import { createLearningConfig, emptyLearning, foldCompletions, titleTrends } from '../src/index.js';
import type { LearningState } from '../src/index.js';
import { DAY_MS, hmacKeys, HOUR_MS, START_MS } from './fixtures.js';

const config = createLearningConfig({ minDevices: 3 });

function completed(
  state: LearningState,
  contentId: string,
  devices: number,
  receivedAtMs = START_MS,
): LearningState {
  const completions = Array.from({ length: devices }, (_, i) => ({
    deviceId: `tv-${i}`,
    contentId,
    receivedAtMs,
  }));
  return foldCompletions(state, completions, () => undefined, hmacKeys(), config).state;
}

describe('titleTrends', () => {
  it('names the titles that k devices completed, strongest first, and dates them in whole hours', () => {
    let state = completed(emptyLearning(), 'imdb:tt1', 3, START_MS + HOUR_MS / 3);
    state = completed(state, 'imdb:tt2', 6, START_MS + HOUR_MS / 3);
    state = completed(state, 'imdb:tt3', 2, START_MS + HOUR_MS / 3);
    const calculatedAt = new Date(START_MS).toISOString();
    const common = { region: 'ZZ', genre: '', calculatedAt };
    expect(titleTrends(state)).toEqual([
      { contentId: 'imdb:tt2', score: 1, ...common },
      { contentId: 'imdb:tt1', score: 0.5, ...common },
    ]);
  });

  it('halves a completion in a day, and shows a title for 24 hours after its last cohort', () => {
    let state = completed(emptyLearning(), 'imdb:tt1', 6);
    state = completed(state, 'imdb:tt2', 6, START_MS + DAY_MS - HOUR_MS);
    const [first, second] = titleTrends(state);
    expect(first).toMatchObject({ contentId: 'imdb:tt2', score: 1 });
    expect(second?.score).toBeCloseTo(0.515, 2);
    state = completed(state, 'imdb:tt3', 1, START_MS + DAY_MS);
    expect(titleTrends(state).map(({ contentId }) => contentId)).toEqual(['imdb:tt2']);
  });

  it('names no title that borrows the prefix of published ids, and sixteen at most', () => {
    let state = completed(emptyLearning(), 'global:drama-1', 3);
    for (let i = 0; i < 20; i += 1) state = completed(state, `imdb:tt${i}`, 3);
    const ids = titleTrends(state).map(({ contentId }) => contentId);
    expect(ids).toHaveLength(16);
    expect(ids).not.toContain('global:drama-1');
  });
});
