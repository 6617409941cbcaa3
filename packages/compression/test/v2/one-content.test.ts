import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { stepOfMessage } from '@omega-tv/embedding-codec/coding';
import type { PatternData, TrendSignal } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import {
  canDiff,
  decodeSnapshotFrame,
  encodeDiffFrame,
  encodeSnapshotFrame,
  readSnapshotFrameBase,
  V2_LIMITS,
  type Snapshot,
} from '../../src/index.js';
import {
  codecs,
  createRandom,
  globalsOf,
  movedBy,
  pattern,
  patterns,
  publish,
  thrownBy,
  TIMESTAMP,
} from './support.js';

const VERSIONS = 20;

interface State {
  readonly patterns: readonly PatternData[];
  readonly trends: readonly TrendSignal[];
}

function trendOf(index: number, score: number): TrendSignal {
  const region = ['DE', 'FR', 'ZZ'][index % 3]!;
  const genre = index % 5 ? 'drama' : 'comedy';
  return { contentId: `tt${index}`, score, region, genre, calculatedAt: TIMESTAMP };
}

/** One of the things that can happen to what a Constellation publishes. */
function happen(state: State, random: { next(): number }, version: number): State {
  const draw = (count: number): number => Math.floor(random.next() * count);
  const at = draw(state.patterns.length);
  const change = (changed: Partial<PatternData>): State => ({
    ...state,
    patterns: state.patterns.map((one, i) => (i === at ? { ...one, ...changed } : one)),
  });
  const { embedding, sampleCount } = state.patterns[at]!;
  const events: readonly (() => State)[] = [
    () => ({ ...state, patterns: [...state.patterns, pattern(100 + version)] }),
    () => change({ embedding: movedBy(embedding, 0.02, draw(200)) }),
    () => change({ embedding: movedBy(embedding, 1.5, draw(200)) }),
    () => ({ ...state, patterns: state.patterns.filter((_, i) => i !== at || i === 0) }),
    () => ({ ...state, patterns: [...state.patterns].reverse() }),
    () => change({ sampleCount: sampleCount + 1 + draw(50) }),
    () => change({ id: `a\u0000${version}`, genre: 'b' }),
    () => ({ ...state, trends: [...state.trends, trendOf(draw(1000), draw(900) / 7)] }),
    () => ({ ...state, trends: state.trends.slice(1) }),
    () => ({
      ...state,
      trends: state.trends.map((one) => ({ ...one, score: one.score + draw(2) })),
    }),
    () => ({ ...state, trends: state.trends.map((one) => ({ ...one, genre: 'western' })) }),
    () => state,
  ];
  return events[draw(events.length)]!();
}

/** Each version is made from the one before as a reader got it, as after a restart. */
function history(seed: number): readonly Snapshot[] {
  const random = createRandom(seed);
  const snapshots: Snapshot[] = [];
  let state: State = {
    patterns: patterns(8),
    trends: Array.from({ length: 6 }, (_, i) => trendOf(7 * i, i)),
  };
  for (let version = 1; version <= VERSIONS; version += 1) {
    const previous = snapshots.at(-1);
    const published = publish(globalsOf(state.patterns, { trends: state.trends, version }), {
      ...(previous === undefined ? {} : { previous }),
      step: 0.04,
    });
    snapshots.push(decodeSnapshotFrame(codecs, encodeSnapshotFrame(published)));
    expect(snapshots.at(-1)).toEqual(published);
    for (let events = 0; events < 3; events += 1)
      state = happen(state, random, 10 * version + events);
  }
  return snapshots;
}

describe('one content per version', () => {
  const histories = [1, 2, 3, 4, 5, 6].map(history);

  it('full(v) = apply(diff(u -> v), u), bit for bit, for every u in the window (rule 10.1)', () => {
    let diffs = 0;
    const generations = new Set<string>();
    histories.forEach((snapshots, index) => {
      snapshots.forEach((snapshot, v) => {
        generations.add(`${index} ${snapshot.generation}`);
        const full = encodeSnapshotFrame(snapshot);
        for (const base of snapshots.slice(0, v)) {
          if (!canDiff(base, snapshot)) {
            expect(base.generation).not.toBe(snapshot.generation);
            expect(thrownBy(() => encodeDiffFrame(base, snapshot)).code).toBe('compression');
            continue;
          }
          diffs += 1;
          const diff = encodeDiffFrame(base, snapshot);
          expect(readSnapshotFrameBase(diff)).toMatchObject({ version: base.version });
          const applied = decodeSnapshotFrame(codecs, diff, base);
          expect(applied).toEqual(snapshot);
          expect(
            applied.patterns.every(({ embedding }, i) =>
              Buffer.from(embedding.buffer).equals(
                Buffer.from(snapshot.patterns[i]!.embedding.buffer),
              ),
            ),
          ).toBe(true);
          expect(encodeSnapshotFrame(applied)).toEqual(full);
        }
      });
    });
    expect(diffs).toBeGreaterThan(100);
    expect(generations.size).toBeGreaterThan(histories.length + 3);
  });

  it('a diff against another base is a version conflict (rule 9.5)', () => {
    const [first, second, third] = histories[0]!;
    const diff = encodeDiffFrame(first!, second!);
    for (const base of [undefined, second, third, { ...first!, hash: '0'.repeat(16) }]) {
      expect(thrownBy(() => decodeSnapshotFrame(codecs, diff, base))).toMatchObject({
        code: 'version-conflict',
        retryable: true,
      });
    }
  });

  it('a base of the right name and other floats is found by the hash (rule 10.1)', () => {
    const [first, second] = histories[0]!;
    const forged = { ...first!, patterns: first!.patterns.map((one) => ({ ...one, id: 'x' })) };
    const error = thrownBy(() =>
      decodeSnapshotFrame(codecs, encodeDiffFrame(first!, second!), forged),
    );
    expect(error.message).toMatch(/does not have the content of its hash/);
  });
});

describe('a publication', () => {
  const first = publish(globalsOf(patterns(50)));

  it('that changes nothing costs 64 bytes at most', () => {
    const second = publish(globalsOf(patterns(50), { version: 2 }), { previous: first });
    expect(second.patterns.map(({ embedding }) => embedding)).toEqual(
      first.patterns.map(({ embedding }) => embedding),
    );
    expect(encodeDiffFrame(first, second).length).toBeLessThanOrEqual(64);
  });

  it('keeps the floats of what stayed within the coding error, and codes no finer than before (rule 10.2)', () => {
    const moved = patterns(50).map((one, i) => {
      const share = i < 5 ? 0.4 : i < 10 ? 0.01 : 0;
      return { ...one, embedding: movedBy(one.embedding, share, 7 * i) };
    });
    const second = publish(globalsOf(moved, { version: 2 }), { previous: first, step: 0.005 });
    const kept = second.patterns.map(
      ({ embedding }, i) => embedding === first.patterns[i]!.embedding,
    );
    expect(kept).toEqual(kept.map((_, i) => i >= 5));
    const [before, added] = second.layers;
    expect(stepOfMessage(added!.message)).toBe(stepOfMessage(before!.message));
    expect(encodeDiffFrame(first, second).length).toBeLessThanOrEqual(600);
    moved.slice(0, 5).forEach(({ embedding }, i) => {
      expect(cosineSimilarity(embedding, second.patterns[i]!.embedding)).toBeGreaterThan(0.975);
    });
  });

  it('codes a pattern anew that has only changed its length, or grew from nothing', () => {
    const zero = pattern(60, { embedding: new Float32Array(384) });
    const started = publish(globalsOf([pattern(0), zero]));
    const longer = pattern(0).embedding.map((value) => 2 * value);
    const next = globalsOf([pattern(0, { embedding: longer }), pattern(60)], { version: 2 });
    const second = publish(next, { previous: started });
    next.patterns.forEach(({ embedding }, i) => {
      const found = second.patterns[i]!.embedding;
      expect(cosineSimilarity(found, embedding)).toBeGreaterThan(0.975);
      expect(Math.hypot(...found) / Math.hypot(...embedding)).toBeCloseTo(1, 1);
    });
  });

  it('does not code a layer twice whose embeddings came out worse than the first', () => {
    const odd = pattern(61, { embedding: Float32Array.from({ length: 384 }, (_, i) => i % 2) });
    const all = [...patterns(50), odd];
    const second = publish(globalsOf(all, { version: 2 }), { previous: first });
    const third = publish(globalsOf(all, { version: 3 }), { previous: second });
    expect(third.layers).toEqual(second.layers);
  });

  it('begins a generation when its layers would have twice the bytes of the first one (rule 10.3)', () => {
    let snapshot = publish(globalsOf(patterns(20)));
    const shares: number[] = [];
    let begun = 0;
    for (let version = 2; version < 30; version += 1) {
      const moved = patterns(20).map((one, i) =>
        i % 5 === version % 5 ? { ...one, embedding: movedBy(one.embedding, 2, version) } : one,
      );
      const next = publish(globalsOf(moved, { version }), { previous: snapshot });
      const [first] = next.layers;
      const bytes = next.layers.reduce((sum, { message }) => sum + message.length, 0);
      shares.push(bytes / first!.message.length);
      if (next.generation !== snapshot.generation) {
        begun += 1;
        expect(next.generation).toBe(version);
        expect(next.layers).toHaveLength(1);
        expect(canDiff(snapshot, next)).toBe(false);
      }
      snapshot = next;
    }
    expect(begun).toBeGreaterThan(2);
    expect(Math.max(...shares)).toBeLessThanOrEqual(2);
    expect(Math.max(...shares)).toBeGreaterThan(1.5);
  });

  it('begins a generation when its layers no longer fit the budget (rule 10.3)', () => {
    const previous = publish(globalsOf(patterns(20)));
    const moved = patterns(20).map((one, i) =>
      i < 3 ? { ...one, embedding: movedBy(one.embedding, 2, 7 * i) } : one,
    );
    const globals = globalsOf(moved, { version: 2 });
    const wide = publish(globals, { previous });
    expect(wide.generation).toBe(previous.generation);
    const budgetBytes = encodeSnapshotFrame(previous).length + 8;
    const tight = publish(globals, { previous, budgetBytes });
    expect(tight.generation).toBe(2);
    expect(encodeSnapshotFrame(tight).length).toBeLessThanOrEqual(budgetBytes);
  });

  it('begins a generation before its layers pass what a frame may hold', () => {
    let snapshot = publish(globalsOf(patterns(120)), { step: 0.05 });
    const generations = new Set<number>();
    let most = 0;
    for (let version = 2; version < 80; version += 1) {
      const moved = patterns(120).map((one, i) =>
        i === version % 120 ? { ...one, embedding: movedBy(one.embedding, 2, version) } : one,
      );
      snapshot = publish(globalsOf(moved, { version }), { previous: snapshot, step: 0.05 });
      generations.add(snapshot.generation);
      most = Math.max(most, snapshot.layers.length);
      expect(decodeSnapshotFrame(codecs, encodeSnapshotFrame(snapshot))).toEqual(snapshot);
    }
    expect(generations.size).toBeGreaterThan(1);
    expect(most).toBe(V2_LIMITS.maxLayers);
  });
});
