import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { packEntries, unpackEntries } from '../src/log/entry-group.js';
import { decodeEntry, encodeEntry } from '../src/writer/log-entry-codec.js';
import type { DeltaEntry, LogEntry } from '../src/writer/log-entry.js';

const names = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 9 }));
const counts = fc.nat({ max: Number.MAX_SAFE_INTEGER });

const deltas: fc.Arbitrary<DeltaEntry['delta']> = fc.record(
  {
    deviceId: names,
    version: counts,
    timestamp: names,
    patterns: fc.array(
      fc.record({
        id: names,
        embedding: fc.float32Array({ maxLength: 4, noNaN: true }),
        successRate: fc.double({ min: 0, max: 1 }),
        sampleCount: fc.nat(),
        genre: names,
      }),
      { maxLength: 2 },
    ),
    position: fc.record({ deviceEpoch: fc.nat({ max: 2 ** 32 - 1 }), seq: counts }),
    capabilities: fc.subarray(['positions', 'batches', 'titles'] as never[]),
    region: fc.constant('DE'),
    serverEpoch: fc.constant('00ff00ff00ff00ff'),
    engagements: fc.array(fc.record({ contentId: names, completed: fc.boolean() }) as never, {
      maxLength: 2,
    }),
  },
  { requiredKeys: ['deviceId', 'version', 'timestamp', 'patterns'] },
);

const entries: fc.Arbitrary<DeltaEntry> = fc.record(
  {
    kind: fc.constant('delta' as const),
    atMs: fc.double({ noNaN: true }),
    deviceKey: names,
    contributes: fc.boolean(),
    delta: deltas,
    isRefused: fc.boolean(),
    drawnKeys: fc.array(names, { maxLength: 2 }),
    lesson: fc.record({
      increments: fc.array(counts, { maxLength: 2 }),
      hasCompletions: fc.boolean(),
    }),
  },
  { requiredKeys: ['kind', 'atMs', 'deviceKey', 'contributes', 'delta', 'isRefused', 'drawnKeys'] },
);

const empty: DeltaEntry = {
  kind: 'delta',
  atMs: Date.UTC(2026, 10, 22),
  deviceKey: 'k'.repeat(43),
  contributes: true,
  delta: {
    deviceId: 'tv-0001',
    version: 1,
    timestamp: '2026-11-22T10:00:00.000Z',
    patterns: [],
    position: { deviceEpoch: 2 ** 32 - 1, seq: 17 },
    capabilities: ['positions', 'batches', 'titles'],
  },
  isRefused: false,
  drawnKeys: [],
};

describe('entries of the log', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
      }),
    );
    const others: readonly LogEntry[] = [
      { kind: 'refused' },
      { kind: 'refused', count: 3 },
      { kind: 'tidied', atMs: 7 },
      { kind: 'forgotten', deviceKeys: ['a', 'b'] },
    ];
    for (const entry of others) expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
  });

  it('of a release that wrote all of them as V8 clones them are read', () => {
    expect(decodeEntry(serialize(empty))).toEqual(empty);
  });

  it('take 150 bytes where a delta brings nothing', () => {
    expect(encodeEntry(empty).length).toBeLessThanOrEqual(150);
  });

  it('that are cut off are refused', () => {
    const bytes = encodeEntry({ ...empty, drawnKeys: ['key'] });
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => decodeEntry(bytes.subarray(0, length))).toThrow();
    }
  });
});

describe('a group of entries', () => {
  const groups = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(groups, (group) => {
        expect(unpackEntries(packEntries(group))).toEqual(group);
      }),
    );
  });

  it('that is cut off or says too much is refused', () => {
    const bytes = packEntries([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    for (const length of [1, 3, 6, 8, 11]) {
      expect(() => unpackEntries(bytes.subarray(0, length))).toThrow(RangeError);
    }
    const flipped = bytes.slice();
    flipped[0] = 0xff;
    expect(() => unpackEntries(flipped)).toThrow(RangeError);
  });
});
