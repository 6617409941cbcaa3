import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import {
  isSyncError,
  type GlobalPatterns,
  type PatternData,
  type SyncDelta,
  type SyncError,
} from '@omega-tv/types';
import fc from 'fast-check';
import {
  Codecs,
  publishSnapshot,
  type PublishSnapshotOptions,
  type Snapshot,
} from '../../src/index.js';
import { embeddings, heldOutTitles } from '../support.js';

export const codec = createEmbeddingCodec(readMiniLmCodebook());
export const codecs = new Codecs([codec]);
export const TIMESTAMP = '2026-11-22T10:00:00.000Z';

/** A repeatable source of chance (a 32-bit linear congruence, upper bits). */
export function createRandom(seed: number): { next(): number } {
  let state = seed;
  return {
    next() {
      state = (Math.imul(state, 0x19660d) + 0x3c6ef35f) >>> 0;
      const word = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
      return ((word ^ (word >>> 16)) >>> 0) / 0x100000000;
    },
  };
}

/** Patterns as viewers of the catalogue have them: titles that the codebook never saw, mixed. */
export function pattern(index: number, change: Partial<PatternData> = {}): PatternData {
  return {
    id: `taste-${index}`,
    embedding: mixed(index),
    successRate: (14 + (index % 7)) / 20,
    sampleCount: 20,
    genre: heldOutTitles[index % heldOutTitles.length]!.genres[0],
    ...change,
  };
}

export function patterns(count: number): readonly PatternData[] {
  return Array.from({ length: count }, (_, index) => pattern(index));
}

/** A title, and a share of a few others. */
function mixed(index: number): Float32Array {
  const at = (i: number): Float32Array => embeddings[(17 * index + 41 * i) % embeddings.length]!;
  return unit(at(0).map((value, i) => value + 0.6 * (at(1)[i]! + at(2)[i]!)));
}

/** Moved towards another title; a share of .02 is about a thousandth in cosine. */
export function movedBy(embedding: Float32Array, share: number, towards: number): Float32Array {
  const other = embeddings[towards % embeddings.length]!;
  return unit(embedding.map((value, i) => value + share * other[i]!));
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

export function deltaOf(some: SyncDelta['patterns'], change: Partial<SyncDelta> = {}): SyncDelta {
  return { deviceId: 'tv-3f9a12bc0', patterns: some, version: 1, timestamp: TIMESTAMP, ...change };
}

export function globalsOf(
  some: readonly PatternData[],
  change: Partial<GlobalPatterns> = {},
): GlobalPatterns {
  return { patterns: some, trends: [], version: 1, timestamp: TIMESTAMP, ...change };
}

export function publish(
  globals: GlobalPatterns,
  options: Partial<PublishSnapshotOptions> = {},
): Snapshot {
  const usual = { stream: 'global', budgetBytes: 65_536, step: 0.0145, coarsestStep: 0.06 };
  return publishSnapshot(codec, globals, { ...usual, ...options });
}

/** The SyncError that a call throws; anything else fails the test. */
export function thrownBy(call: () => unknown): SyncError {
  try {
    call();
  } catch (error) {
    if (isSyncError(error)) return error;
    throw error;
  }
  throw new Error('returned, but a SyncError was expected');
}

/** Ids of every form that has a short coding, and of those that have none. */
export const name: fc.Arbitrary<string> = fc.oneof(
  fc.uuid(),
  fc.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
  fc.tuple(fc.constantFrom('', 'tt', 'taste-', 'film ', '-'), fc.nat()).map(([a, b]) => `${a}${b}`),
  fc.stringMatching(/^p[0-9a-f]{3,70}$/),
  fc.constantFrom('', '0', '007', 'p00', 'p010', '999999999999999', '1000000000000000', '-1'),
  fc.constantFrom('\u0000', 'drama\u0000', 'a\u00001', 'drama-7', 'a drama, a drama 12', '$&1'),
  fc.constantFrom('x'.repeat(1024), '\u{1F4FA}'.repeat(1024), '9'.repeat(1024)),
  fc.constantFrom('A0000000-0000-4000-8000-000000000000', '80000000000000000000000000'),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

export const genre: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('drama', 'sci-fi', 'Western', 'other', '', '\u0000', 'a\u0000', '9', '$1', 'é'),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
);

export const whole = (min: number, max = Number.MAX_SAFE_INTEGER): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min, max: Math.min(max, min + 300) }),
    fc.maxSafeInteger().map((value) => Math.min(max, Math.max(min, Math.abs(value)))),
  );

/** Counts whose rate is successes / samples, in 64 or 32 bits, and others. */
export const counts: fc.Arbitrary<{ sampleCount: number; successRate: number }> = fc.oneof(
  fc
    .tuple(whole(1), fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean())
    .map(([sampleCount, share, isSingle]) => {
      const ratio = Math.round(share * sampleCount) / sampleCount;
      return { sampleCount, successRate: isSingle ? Math.fround(ratio) : ratio };
    }),
  fc.record({ sampleCount: whole(1), successRate: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

export const timestamp: fc.Arbitrary<string> = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

export const region: fc.Arbitrary<string> = fc.stringMatching(/^[A-Z]{2}$/);

export const hash: fc.Arbitrary<string> = fc.stringMatching(/^[0-9a-f]{16}$/);
