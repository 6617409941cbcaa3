import { describe, expect, it } from '@jest/globals';
import {
  estimateDeltaSize,
  estimateGlobalPatternsSize,
  globalPatternsToWire,
  isFresh,
  isPublishedId,
  meetsSyncThreshold,
  syncDeltaToWire,
} from '../src/index.js';
import { TIMESTAMP, deltaOf, realPattern } from './support.js';

describe('the quality filter', () => {
  it.each([
    [0.7, 10, true],
    [0.7, 9, false],
    [0.69999, 10, false],
    [1, 10, true],
    [1, Number.MAX_SAFE_INTEGER, true],
    [0, 1000, false],
    [NaN, 1000, false],
    [0.9, NaN, false],
  ])('success rate %d with %d samples: %s (rule 1.4)', (successRate, sampleCount, passes) => {
    expect(meetsSyncThreshold({ successRate, sampleCount })).toBe(passes);
  });
});

describe('the freshness of a trend (rule 1.5)', () => {
  const calculatedAt = TIMESTAMP;
  const calculatedMs = Date.parse(calculatedAt);
  it.each([
    ['just calculated', 0, true],
    ['a millisecond short of 24 h', 24 * 3_600_000 - 1, true],
    ['24 h old', 24 * 3_600_000, false],
    ['a year old', 365 * 24 * 3_600_000, false],
    ['from the future: the clock jumped back', -1, true],
    ['from the far future: the clock fell to 1970', -calculatedMs, true],
  ])('%s', (_, ageMs, fresh) => {
    expect(isFresh({ calculatedAt }, calculatedMs + ageMs)).toBe(fresh);
  });

  it('is over where the time is none', () => {
    expect(isFresh({ calculatedAt: 'yesterday' }, calculatedMs)).toBe(false);
    expect(isFresh({ calculatedAt }, NaN)).toBe(false);
  });
});

describe('published ids (rule 1.6)', () => {
  it.each([
    ['global:drama-3', true],
    ['global:', true],
    ['Global:drama', false],
    [' global:drama', false],
    ['', false],
  ])('%j: %s', (id, published) => {
    expect(isPublishedId(id)).toBe(published);
  });
});

describe('size estimates are near the JSON of real patterns', () => {
  it.each([0, 1, 10, 64])('%d patterns', (count) => {
    const delta = deltaOf(count);
    const bytes = JSON.stringify(syncDeltaToWire(delta)).length;
    // A pattern's 32-bit floats are printed here as 64-bit ones, at most twice as long.
    expect(estimateDeltaSize(delta)).toBeGreaterThan(bytes / 2.1);
    expect(estimateDeltaSize(delta)).toBeLessThan(bytes * 1.2);
  });

  it('of trends', () => {
    const trend = {
      contentId: 'film-1234',
      score: 12.75,
      region: 'DE',
      genre: 'drama',
      calculatedAt: TIMESTAMP,
    };
    const trends = Array.from({ length: 20 }, () => trend);
    const patterns = [realPattern(0)];
    const globals = { patterns: [], trends, version: 3, timestamp: TIMESTAMP };
    const bytes = JSON.stringify(globalPatternsToWire(globals)).length;
    expect(estimateGlobalPatternsSize(globals) / bytes).toBeGreaterThan(0.8);
    expect(estimateGlobalPatternsSize(globals) / bytes).toBeLessThan(1.25);
    expect(estimateGlobalPatternsSize({ ...globals, patterns })).toBeGreaterThan(
      estimateGlobalPatternsSize(globals) + 384,
    );
  });
});
