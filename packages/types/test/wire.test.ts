import * as fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import {
  globalPatternsFromWire,
  globalPatternsToWire,
  syncDeltaFromWire,
  syncDeltaToWire,
  type GlobalPatterns,
  type PatternData,
  type SyncDelta,
  type TrendSignal,
} from '../src/index.js';
import { TIMESTAMP, deltaOf, embeddings, wireDelta } from './support.js';

const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', '__proto__', 'constructor', 'toString', '🎬 naïve'),
);
const timestamp = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const count = fc.maxSafeNat();

const pattern: fc.Arbitrary<PatternData> = fc.record(
  {
    id: name,
    embedding: fc.constantFrom(...embeddings),
    successRate: fc.double({ min: 0, max: 1, noNaN: true }),
    sampleCount: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    genre: name,
  },
  { noNullPrototype: true },
);
const trend: fc.Arbitrary<TrendSignal> = fc.record(
  {
    contentId: name,
    score: fc.double({ noNaN: true, noDefaultInfinity: true }),
    region: fc.constantFrom('DE', 'US', 'ZZ'),
    genre: name,
    calculatedAt: timestamp,
  },
  { noNullPrototype: true },
);
const delta: fc.Arbitrary<SyncDelta> = fc.record(
  { deviceId: name, patterns: fc.array(pattern, { maxLength: 3 }), version: count, timestamp },
  { noNullPrototype: true },
);
const globals: fc.Arbitrary<GlobalPatterns> = fc.record(
  {
    patterns: fc.array(pattern, { maxLength: 3 }),
    trends: fc.array(trend, { maxLength: 3 }),
    version: count,
    timestamp,
  },
  { noNullPrototype: true },
);

/** What JSON keeps: it has no negative zero. */
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const withoutNegativeZero = (value: number): number => value + 0;

describe('the wire carries everything (rule 1.2)', () => {
  it('of a delta', () => {
    fc.assert(
      fc.property(delta, (value) => {
        const expected = {
          ...value,
          patterns: value.patterns.map(plusZeroRate),
        };
        expect(syncDeltaFromWire(throughJson(syncDeltaToWire(value)))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('of global patterns', () => {
    fc.assert(
      fc.property(globals, (value) => {
        const expected = {
          ...value,
          patterns: value.patterns.map(plusZeroRate),
          trends: value.trends.map((one) => ({ ...one, score: withoutNegativeZero(one.score) })),
        };
        expect(globalPatternsFromWire(throughJson(globalPatternsToWire(value)))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps real embeddings bit for bit', () => {
    const read = syncDeltaFromWire(throughJson(syncDeltaToWire(deltaOf(64)))).patterns;
    expect(read.map(({ embedding }) => embedding)).toEqual(embeddings);
  });
});

function plusZeroRate(value: PatternData): PatternData {
  return { ...value, successRate: withoutNegativeZero(value.successRate) };
}

describe('reading is lenient where v1 clients are', () => {
  it('clamps integers above 2^53 - 1 (rule 1.3)', () => {
    const read = syncDeltaFromWire(
      wireDelta((wire) => {
        wire.version = 2 ** 64;
        wire.patterns[0]!.sample_count = 9007199254740994;
        wire.patterns[1]!.sample_count = 9007199254740991;
      }),
    );
    expect(read.version).toBe(Number.MAX_SAFE_INTEGER);
    expect(read.patterns[0]?.sampleCount).toBe(Number.MAX_SAFE_INTEGER);
    expect(read.patterns[1]?.sampleCount).toBe(Number.MAX_SAFE_INTEGER);
    const empty = { patterns: [], trends: [], version: 2 ** 64, timestamp: TIMESTAMP };
    expect(globalPatternsFromWire(empty).version).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('ignores unknown fields, and drops them (rule 1.2)', () => {
    const read = syncDeltaFromWire(
      wireDelta((wire) => {
        Reflect.set(wire, 'firmware', { major: 7 });
        wire.patterns[0]!.colour = null;
      }),
    );
    expect(read).toEqual(deltaOf(4));
    const calculated = { region: 'DE', genre: 'drama', calculated_at: TIMESTAMP };
    const trend = { content_id: 'film-1', score: 1, ...calculated, colour: 'red' };
    const globals = { patterns: [], trends: [trend], version: 1, timestamp: TIMESTAMP, node: 7 };
    expect(globalPatternsFromWire(globals)).toEqual({
      patterns: [],
      trends: [
        { contentId: 'film-1', score: 1, region: 'DE', genre: 'drama', calculatedAt: TIMESTAMP },
      ],
      version: 1,
      timestamp: TIMESTAMP,
    });
  });

  it('takes an empty id, an empty genre and no patterns (rule 1.1)', () => {
    const read = syncDeltaFromWire(
      wireDelta((wire) => {
        wire.device_id = '';
        wire.patterns = [{ ...wire.patterns[0]!, id: '', genre: '' }];
      }),
    );
    expect(read).toMatchObject({ deviceId: '', patterns: [{ id: '', genre: '' }] });
    expect(syncDeltaFromWire(wireDelta((wire) => (wire.patterns = []))).patterns).toEqual([]);
  });

  it('takes names that are keys of every object, and leaves prototypes alone', () => {
    const text = JSON.stringify(wireDelta()).replaceAll('"pattern-0"', '"__proto__"');
    const polluted = text.replace('{"device_id"', '{"__proto__":{"polluted":true},"device_id"');
    const read = syncDeltaFromWire(JSON.parse(polluted));
    expect(read.patterns[0]?.id).toBe('__proto__');
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((read as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('does not take required fields from a prototype', () => {
    const text = JSON.stringify(wireDelta()).replace('"version":1', '"__proto__":{"version":1}');
    expect(() => syncDeltaFromWire(JSON.parse(text))).toThrow(/version is required/);
  });
});
