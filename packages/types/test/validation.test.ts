import { describe, expect, it } from '@jest/globals';
import {
  MAX_NAME_LENGTH,
  globalPatternsFromWire,
  syncDeltaFromWire,
  validateGlobalPatterns,
  validatePatternData,
  validateSyncDelta,
  type PatternData,
  type SyncDelta,
} from '../src/index.js';
import { TIMESTAMP, deltaOf, realPattern, syncErrorOf, wireDelta } from './support.js';

const tooLong = 'x'.repeat(MAX_NAME_LENGTH + 1);

describe('a pattern that breaks a rule is refused by path, value and limit (rules 1.1, 1.7)', () => {
  const cases: readonly (readonly [field: string, value: unknown, limit: RegExp])[] = [
    ['success_rate', 1.2, /<= 1/],
    ['success_rate', -0.01, />= 0/],
    ['success_rate', null, /number/],
    ['success_rate', '0.9', /number/],
    ['sample_count', 0, />= 1/],
    ['sample_count', -3, />= 1/],
    ['sample_count', 1.5, /integer/],
    ['sample_count', null, /integer/],
    ['id', 7, /string/],
    ['id', null, /string/],
    ['id', tooLong, /1024/],
    ['genre', ['drama'], /string/],
    ['genre', 'lone \ud800', /pattern/],
    ['id', '\udc00', /pattern/],
    ['genre', tooLong, /1024/],
    ['embedding', null, /array/],
    ['embedding', 'unit', /array/],
    ['embedding', new Array(383).fill(0.05), /384/],
    ['embedding', new Array(385).fill(0.05), /384/],
    ['embedding', [], /384/],
  ];

  it.each(cases)('%s %.40j', (field, value, limit) => {
    const wire = wireDelta((delta) => {
      delta.patterns[2]![field] = value;
    });
    const error = syncErrorOf(() => syncDeltaFromWire(wire));
    expect(error).toMatchObject({ code: 'invalid-pattern', retryable: false });
    const shown = typeof value === 'object' && value !== null ? undefined : value;
    expect(error.details).toMatchObject({ path: `patterns[2].${field}`, value: shown });
    expect((error.details as { limit: string }).limit).toMatch(limit);
    expect(error.message).toContain(`patterns[2].${field}`);
  });

  it.each([null, '0.1', 3.5e38, -3.5e38, true])('embedding[17] %j', (value) => {
    const wire = wireDelta((delta) => {
      delta.patterns[3]!.embedding[17] = value;
    });
    const error = syncErrorOf(() => syncDeltaFromWire(wire));
    expect(error.code).toBe('invalid-pattern');
    expect(error.details).toMatchObject({ path: 'patterns[3].embedding[17]', value });
  });

  it.each(['id', 'embedding', 'success_rate', 'sample_count', 'genre'])('%s missing', (field) => {
    const wire = wireDelta((delta) => {
      Reflect.deleteProperty(delta.patterns[1]!, field);
    });
    const error = syncErrorOf(() => syncDeltaFromWire(wire));
    expect(error.code).toBe('invalid-pattern');
    expect(error.details).toEqual({
      path: `patterns[1].${field}`,
      value: undefined,
      limit: 'is required',
    });
    expect(error.message).toContain('missing');
  });

  it.each([null, 7, [], 'pattern'])('a pattern that is %j', (value) => {
    const wire = wireDelta((delta) => {
      (delta.patterns as unknown[])[0] = value;
    });
    const error = syncErrorOf(() => syncDeltaFromWire(wire));
    expect(error.code).toBe('invalid-pattern');
    const shown = Array.isArray(value) ? undefined : value;
    expect(error.details).toMatchObject({ path: 'patterns[0]', value: shown });
  });

  it('names the first of many offences', () => {
    const wire = wireDelta((delta) => {
      for (const pattern of delta.patterns) pattern.embedding.fill(null);
    });
    const { details } = syncErrorOf(() => syncDeltaFromWire(wire));
    expect(details).toMatchObject({ path: 'patterns[0].embedding[0]', value: null });
  });

  it('cuts a long value in the message, not in the details', () => {
    const wire = wireDelta((delta) => {
      delta.patterns[0]!.id = tooLong;
    });
    const error = syncErrorOf(() => syncDeltaFromWire(wire));
    expect(error.message.length).toBeLessThan(300);
    expect(error.details).toMatchObject({ value: tooLong });
  });
});

describe('an envelope that breaks a rule is a serialization error with its path (rule 1.2)', () => {
  const cases: readonly (readonly [field: string, value: unknown])[] = [
    ['device_id', 7],
    ['device_id', tooLong],
    ['patterns', null],
    ['patterns', {}],
    ['version', -1],
    ['version', 1.5],
    ['version', '1'],
    ['timestamp', 'yesterday'],
    ['timestamp', '2026-11-22'],
    ['timestamp', '2026-11-22T10:00:00'],
    ['timestamp', '2026-13-22T10:00:00Z'],
    ['timestamp', '2026-02-30T10:00:00Z'],
    ['timestamp', '2026-11-22T25:00:00Z'],
    ['timestamp', 1763805600000],
  ];
  it.each(cases)('%s %j', (field, value) => {
    const wire = wireDelta((delta) => {
      Reflect.set(delta, field, value);
    });
    const error = syncErrorOf(() => syncDeltaFromWire(wire));
    expect(error).toMatchObject({ code: 'serialization', details: { path: field } });
    expect(error.message).toContain(field);
  });

  it.each(['device_id', 'patterns', 'version', 'timestamp'])('%s missing', (field) => {
    const wire = wireDelta((delta) => {
      Reflect.deleteProperty(delta, field);
    });
    const error = syncErrorOf(() => syncDeltaFromWire(wire));
    expect(error).toMatchObject({ code: 'serialization', details: { path: field } });
  });

  it.each([null, undefined, 7, 'delta', [], true])('a body that is %j', (body) => {
    expect(syncErrorOf(() => syncDeltaFromWire(body)).code).toBe('serialization');
    expect(syncErrorOf(() => globalPatternsFromWire(body)).code).toBe('serialization');
  });

  it.each([
    '2026-11-22T10:00:00Z',
    '2026-11-22T10:00:00.123Z',
    '2026-11-22T10:00:00.123456Z',
    '2026-11-22T10:00:00.123456789Z',
    '2026-11-22T10:00:00+02:00',
    '2024-02-29T23:59:59Z',
  ])('takes the time %s', (timestamp) => {
    expect(syncDeltaFromWire(wireDelta((delta) => (delta.timestamp = timestamp))).timestamp).toBe(
      timestamp,
    );
  });
});

describe('a trend that breaks a rule (rule 1.2)', () => {
  const trend = {
    content_id: 'film-1',
    score: 3.5,
    region: 'DE',
    genre: 'drama',
    calculated_at: TIMESTAMP,
  };
  const globals = (change: object) => ({
    patterns: [],
    trends: [trend, { ...trend, ...change }],
    version: 1,
    timestamp: TIMESTAMP,
  });

  it.each([
    ['score', null],
    ['score', Infinity],
    ['score', NaN],
    ['region', 'de'],
    ['region', 'DEU'],
    ['calculated_at', 'now'],
    ['content_id', undefined],
  ])('%s %j', (field, value) => {
    const error = syncErrorOf(() => globalPatternsFromWire(globals({ [field]: value })));
    expect(error).toMatchObject({
      code: 'serialization',
      details: { path: `trends[1].${field}` },
    });
  });
});

describe('values built in code are checked alike (rule 1.1)', () => {
  it.each([
    ['successRate', { successRate: NaN }],
    ['successRate', { successRate: 1.2 }],
    ['sampleCount', { sampleCount: Infinity }],
    ['sampleCount', { sampleCount: 0 }],
    ['embedding', { embedding: new Float32Array(383) }],
    ['embedding[0]', { embedding: new Float32Array(384).fill(NaN) }],
    ['embedding[0]', { embedding: new Float32Array(384).fill(-Infinity) }],
  ])('%s of a pattern', (path, change) => {
    const error = syncErrorOf(() => {
      validatePatternData(realPattern(0, change));
    });
    expect(error).toMatchObject({ code: 'invalid-pattern', details: { path } });
    expect(
      syncErrorOf(() => {
        validateSyncDelta(deltaOf(0, { patterns: [realPattern(0), realPattern(1, change)] }));
      }).details,
    ).toMatchObject({ path: `patterns[1].${path}` });
  });

  it.each([
    ['embedding', { embedding: undefined }],
    ['embedding', { embedding: null }],
    ['sampleCount', { sampleCount: undefined }],
  ])('%s of a pattern, where it is missing', (path, change) => {
    const error = syncErrorOf(() => {
      validatePatternData({ ...realPattern(0), ...change } as unknown as PatternData);
    });
    expect(error).toMatchObject({ code: 'invalid-pattern', details: { path } });
  });

  it('fields of a delta, by the names that they have in code', () => {
    const error = syncErrorOf(() => {
      validateSyncDelta({ ...deltaOf(1), deviceId: 7 as unknown as string });
    });
    expect(error.message).toBe('delta: deviceId must be string, but is 7');
    expect(error.details).toEqual({ path: 'deviceId' });
  });

  it.each([null, undefined, 'delta', []])('what is no delta: %j', (value) => {
    const error = syncErrorOf(() => {
      validateSyncDelta(value as unknown as SyncDelta);
    });
    expect(error.code).toBe('serialization');
  });

  it('global patterns', () => {
    const { patterns, version, timestamp } = deltaOf(2);
    validateGlobalPatterns({ patterns, version, timestamp, trends: [] });
    const error = syncErrorOf(() => {
      validateGlobalPatterns({ patterns, version: -1, timestamp, trends: [] });
    });
    expect(error.details).toEqual({ path: 'version' });
  });

  it('takes zero vectors, the bounds of every range, empty names and the longest ones', () => {
    validatePatternData(
      realPattern(0, { id: '', genre: '', successRate: 0, embedding: new Float32Array(384) }),
    );
    validatePatternData(realPattern(0, { successRate: 1, sampleCount: 1 }));
    const longest = 'x'.repeat(1024);
    validatePatternData(realPattern(0, { id: longest, genre: longest }));
    validateSyncDelta(deltaOf(0, { deviceId: '', version: 0 }));
  });
});
