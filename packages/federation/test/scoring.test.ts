import type { GlobalPatterns, PatternData, TrendSignal } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { scoreContent } from '../src/scoring.js';
import {
  START_MS,
  DAY_MS,
  deepFreeze,
  dramas,
  dump,
  likeTitles,
  meanOf,
  titles,
} from './fixtures.js';

const drama = dramas[0]!;
const action = titles[0]!;

function patternOf(id: string, embedding: Float32Array, changes: Partial<PatternData> = {}) {
  return { id, embedding, successRate: 0.9, sampleCount: 30, genre: 'drama', ...changes };
}

function trendOf(changes: Partial<TrendSignal> = {}): TrendSignal {
  const calculatedAt = new Date(START_MS).toISOString();
  return {
    contentId: 'global:drama-1',
    score: 1,
    region: 'ZZ',
    genre: 'drama',
    calculatedAt,
    ...changes,
  };
}

function globalsOf(patterns: PatternData[], trends: TrendSignal[] = []): GlobalPatterns {
  return { patterns, trends, version: 1, timestamp: new Date(START_MS).toISOString() };
}

describe('scoreContent', () => {
  it('is zero where nothing is known', () => {
    expect(scoreContent(drama, [])).toEqual({ score: 0, reasons: [] });
    expect(scoreContent(drama, [], globalsOf([]))).toEqual({ score: 0, reasons: [] });
  });

  it('ranks like titles above others, from own patterns, from global ones and from both', () => {
    const liked = meanOf(likeTitles(drama, 5));
    const cases = [
      [[patternOf('own', liked)], undefined],
      [[], globalsOf([patternOf('global:drama-1', liked)])],
      [[patternOf('own', liked)], globalsOf([patternOf('global:drama-1', liked)])],
    ] as const;
    for (const [own, globals] of cases) {
      const near = scoreContent(likeTitles(drama, 8)[7]!, own, globals).score;
      expect(near).toBeGreaterThan(scoreContent(action, own, globals).score);
      expect(near).toBeLessThanOrEqual(1);
    }
  });

  it('says what spoke for a content, and how much', () => {
    const own = [patternOf('mine', action.embedding), patternOf('other', titles[500]!.embedding)];
    const globals = globalsOf([patternOf('global:drama-1', drama.embedding)], [trendOf()]);
    const { score, reasons } = scoreContent(drama, own, globals);
    expect(reasons.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['global', 'trend']));
    expect(reasons.reduce((sum, { amount }) => sum + amount, 0)).toBe(score);
    expect(reasons.find(({ kind }) => kind === 'global')).toMatchObject({
      id: 'global:drama-1',
      // 30 own samples are believed 3/4, which leaves the others 1/4 of the patterns' 0.9.
      amount: expect.closeTo(0.9 * 0.25 * 0.9, 3),
    });
    expect(reasons.find(({ kind }) => kind === 'trend')).toMatchObject({ amount: 0.1 });
  });

  it('believes own patterns more the more samples they have', () => {
    const scores = [1, 10, 100, 1e6].map((sampleCount) => {
      const own = [patternOf('mine', drama.embedding, { sampleCount })];
      return scoreContent(drama, own, globalsOf([patternOf('global:x', action.embedding)]));
    });
    const amounts = scores.map(({ reasons }) => reasons.find((r) => r.kind === 'own')!.amount);
    expect(amounts).toEqual([...amounts].sort((a, b) => a - b));
    expect(amounts[3]).toBeCloseTo(0.9 * 0.9, 3);
  });

  it('takes no pattern from the server for the own', () => {
    const stored = [patternOf('global:drama-1', drama.embedding)];
    expect(scoreContent(drama, stored)).toEqual({ score: 0, reasons: [] });
  });

  it('leaves out trends of other regions, old ones and scores that make no sense', () => {
    const content = { embedding: drama.embedding, genres: ['drama'] };
    const score = (trend: Partial<TrendSignal>, options = {}) =>
      scoreContent(content, [], globalsOf([], [trendOf(trend)]), options).score;
    expect(score({ region: 'FR' }, { region: 'US' })).toBe(0);
    expect(score({ region: 'FR' }, { region: 'FR' })).toBe(0.1);
    expect(score({}, { region: 'US' })).toBe(0.1);
    expect(score({}, { nowMs: START_MS + DAY_MS })).toBe(0);
    expect(score({ genre: 'war' })).toBe(0);
    expect(score({ score: NaN })).toBe(0);
    expect(score({ score: 7 })).toBe(0.1);
  });

  it('gives zero vectors and vectors of another length nothing', () => {
    const own = [patternOf('mine', drama.embedding)];
    for (const length of [384, 3]) {
      const content = { embedding: new Float32Array(length), genres: [] };
      expect(scoreContent(content, own)).toEqual({ score: 0, reasons: [] });
    }
  });

  it('leaves its input as it was', () => {
    const own = deepFreeze([patternOf('mine', drama.embedding)]);
    const globals = deepFreeze(globalsOf([patternOf('global:x', action.embedding)], [trendOf()]));
    const before = dump([own, globals]);
    scoreContent(drama, own, globals);
    expect(dump([own, globals])).toBe(before);
  });
});
