import * as fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { applyMarks, type DeviceMarks } from '@omega-tv/federation';
import type { DurableRecords } from '@omega-tv/level';
import { openMemoryRecords } from '@omega-tv/level/memory';
import type { PatternData } from '@omega-tv/types';
import { emptySyncState, pendingPatterns, sampleBooks, type SyncState } from '../src/index.js';
import {
  nothingStored,
  readState,
  stateChanges,
  type StoredState,
} from '../src/node/state-records.js';
import { copiesMerged, pushAcknowledged, pushBegun, pushRefused } from '../src/store/sync-state.js';
import { realPattern, realPatterns, snapshotOf } from './support.js';

/** Ids whose patterns this server refuses for good. */
const REFUSED_IDS = new Set(['p2', 'p5']);
const PATTERNS = 7;
const COPIES = 4;

/** Writes what differs from what is stored, and reads all of it. */
async function restart(
  records: DurableRecords,
  stored: StoredState,
  state: SyncState,
): Promise<StoredState> {
  await records.write(() => stateChanges(stored, state).operations);
  return readState(records);
}

/** A TV and a server, with the network between them in the test's hand. */
class Model {
  state: SyncState = emptySyncState;
  readonly learned = new Map<string, PatternData>();
  #marks: DeviceMarks = new Map();
  #version = 0;
  accepted = 0;
  readonly #records: DurableRecords;
  #stored = nothingStored;

  constructor(records: DurableRecords) {
    this.#records = records;
  }

  /** From PATTERNS on they are near copies of the first ones, under ids of their own. */
  learn(index: number, samples: number, successRate: number): void {
    const id = `p${index}`;
    const before = this.learned.get(id)?.sampleCount ?? 0;
    const change = { id, sampleCount: before + samples, successRate };
    this.learned.set(id, realPattern(index % PATTERNS, change));
  }

  merge(): void {
    this.state = copiesMerged(this.state, [...this.learned.values()]);
  }

  begin(): void {
    const pending = pendingPatterns(this.state, [...this.learned.values()]);
    if (pending.length > 0) this.state = pushBegun(this.state, pending.slice(0, 4));
  }

  /** The first push of the outbox arrives at the server; the TV hears of it unless it is lost. */
  send(outcome: 'answered' | 'lost'): void {
    const [first] = this.state.outbox;
    if (first === undefined) return;
    const { patterns } = first;
    const isRefused = patterns.some(({ id }) => REFUSED_IDS.has(id));
    if (!isRefused) {
      const { marks, increments } = applyMarks(this.#marks, patterns);
      this.#marks = marks;
      this.accepted += increments.reduce((sum, count) => sum + count, 0);
      this.#version += 1;
    }
    if (outcome === 'lost') return;
    this.state = isRefused
      ? pushRefused(this.state, 'refused')
      : pushAcknowledged(this.state, { globals: snapshotOf(this.#version, 0) });
  }

  /** Goes on from what the store made of it. */
  async crash(): Promise<void> {
    this.#stored = await restart(this.#records, this.#stored, this.state);
    this.state = this.#stored.state;
  }

  books() {
    return sampleBooks(this.state, [...this.learned.values()]);
  }
}

const step = fc.oneof(
  fc.record({
    do: fc.constant('learn' as const),
    index: fc.nat(PATTERNS + COPIES - 1),
    samples: fc.integer({ min: 1, max: 30 }),
    successRate: fc.constantFrom(0.5, 0.7, 0.95),
  }),
  fc.record({ do: fc.constantFrom('begin', 'answered', 'lost', 'crash', 'merge') }),
);

describe('the sample books balance', () => {
  it('whatever happens in whatever order, and agree with the server in the end (rule 4.9)', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const tv = new Model(await openMemoryRecords({ kind: 'tv-patterns', layout: 2 }));
        for (const one of steps) {
          if ('index' in one) tv.learn(one.index, one.samples, one.successRate);
          else if (one.do === 'begin') tv.begin();
          else if (one.do === 'crash') await tv.crash();
          else if (one.do === 'merge') tv.merge();
          else tv.send(one.do);
          expectBalanced(tv);
          expect(tv.books().acknowledged).toBeLessThanOrEqual(tv.accepted);
        }
        for (
          let rounds = 0;
          rounds < 100 && (tv.books().waiting > 0 || tv.state.outbox.length > 0);
          rounds += 1
        ) {
          tv.begin();
          tv.send('answered');
          expectBalanced(tv);
        }
        expect(tv.books()).toMatchObject({ waiting: 0, acknowledged: tv.accepted });
      }),
      { numRuns: 300 },
    ));

  function expectBalanced(tv: Model): void {
    const { learned, acknowledged, waiting, withheld, deadLettered } = tv.books();
    const counts = [...tv.learned.values()].map(({ sampleCount }) => sampleCount);
    expect(learned).toBe(counts.reduce((sum, count) => sum + count, 0));
    expect(acknowledged + waiting + withheld + deadLettered).toBe(learned);
    for (const part of [acknowledged, waiting, withheld, deadLettered]) {
      expect(part).toBeGreaterThanOrEqual(0);
    }
  }
});

/** Patterns on their way up, with their samples since the last push. */
function pushed(patterns: readonly PatternData[], newSamples: number) {
  return patterns.map((pattern) => ({ ...pattern, newSamples }));
}

describe('what is pending', () => {
  const learned = realPatterns(3);

  it('is what is good enough and not settled (rule 1.4)', () => {
    const weak = realPattern(9, { successRate: 0.69 });
    const young = realPattern(8, { sampleCount: 9 });
    expect(pendingPatterns(emptySyncState, [...learned, weak, young])).toEqual(pushed(learned, 12));
    const begun = pushBegun(emptySyncState, learned.slice(0, 2));
    expect(pendingPatterns(begun, learned)).toEqual(pushed(learned.slice(2), 12));
    const more = realPattern(0, { sampleCount: 13 });
    expect(pendingPatterns(begun, [more])).toEqual(pushed([more], 1));
  });

  it('is of 128 ids at most, as many as a server keeps marks of; known ids go on', () => {
    const many = realPatterns(200);
    const pending = pendingPatterns(emptySyncState, many);
    expect(pending).toEqual(pushed(many.slice(0, 128), 12));
    const settled = pushAcknowledged(pushBegun(emptySyncState, pending), {
      globals: snapshotOf(1),
    });
    expect(pendingPatterns(settled, many)).toEqual([]);
    expect(sampleBooks(settled, many)).toMatchObject({ acknowledged: 128 * 12, withheld: 72 * 12 });
    const grown = realPattern(5, { sampleCount: 13 });
    expect(pendingPatterns(settled, [...many.slice(128), grown])).toEqual(pushed([grown], 1));
  });
});

describe('a refused push', () => {
  it('goes out again one by one, and only the refused one becomes a dead letter (rule 4.8)', () => {
    const begun = pushBegun(pushBegun(emptySyncState, realPatterns(3)), [realPattern(9)]);
    const apart = pushRefused(begun, 'no');
    expect(apart.outbox.map(({ patterns }) => patterns.map(({ id }) => id))).toEqual([
      ['p0'],
      ['p1'],
      ['p2'],
      ['p9'],
    ]);
    expect(apart.deadLetters).toEqual([]);
    const refused = pushRefused(apart, 'too wild');
    expect(refused.outbox).toHaveLength(3);
    expect(refused.deadLetters).toEqual([{ patternId: 'p0', sampleCount: 12, reason: 'too wild' }]);
    expect(refused.marks.get('p0')).toEqual({ acknowledged: 0, refused: 12 });
    expect(pendingPatterns({ ...refused, outbox: [] }, [realPattern(0)])).toEqual([]);
  });

  it('keeps the last 32 dead letters to read, and counts all', () => {
    let state = emptySyncState;
    const learned = realPatterns(40);
    for (const pattern of learned) state = pushRefused(pushBegun(state, [pattern]), 'no');
    expect(state.deadLetters.map(({ patternId }) => patternId)).toEqual(
      learned.slice(8).map(({ id }) => id),
    );
    expect(sampleBooks(state, learned).deadLettered).toBe(40 * 12);
  });

  it('of nothing, or with nothing begun, changes nothing but the outbox', () => {
    expect(pushRefused(emptySyncState, 'no')).toEqual(emptySyncState);
    expect(pushRefused(pushBegun(emptySyncState, []), 'no')).toEqual(emptySyncState);
  });

  it('is made good by a later, higher count that is acknowledged (rule 4.8)', () => {
    const refused = pushRefused(pushBegun(emptySyncState, [realPattern(0)]), 'no');
    const grown = [realPattern(0, { sampleCount: 20 })];
    expect(pendingPatterns(refused, grown)).toEqual(pushed(grown, 8));
    const state = pushAcknowledged(pushBegun(refused, grown), { globals: snapshotOf(1) });
    expect(sampleBooks(state, grown)).toMatchObject({ acknowledged: 20, deadLettered: 0 });
  });
});

describe('near copies', () => {
  const original = realPattern(0, { sampleCount: 30 });
  const copy = realPattern(0, { id: 'copy', sampleCount: 20, successRate: 0.8 });
  const another = realPattern(1);

  it('count as one from then on, weighted by their samples, and are merged once (rule 9.9)', async () => {
    const merged = copiesMerged(emptySyncState, [original, copy, another]);
    expect([...merged.merges.keys()]).toEqual(['copy']);
    expect(copiesMerged(merged, [original, copy, another])).toBe(merged);
    const [one, two, ...rest] = pendingPatterns(merged, [original, copy, another]);
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ id: 'p0', sampleCount: 50, newSamples: 50 });
    expect(one?.successRate).toBeCloseTo((30 * 0.9 + 20 * 0.8) / 50, 12);
    expect(two?.id).toBe('p1');
    const records = await openMemoryRecords({ kind: 'tv-patterns', layout: 2 });
    const afterRestart = await restart(records, nothingStored, merged);
    expect(afterRestart.state.merges).toEqual(merged.merges);
  });

  it('leave behind what was on its way under the own id of the copy (rules 4.9, 9.9)', () => {
    const both = [original, copy];
    const begun = pushBegun(emptySyncState, pendingPatterns(emptySyncState, both));
    const grown = { ...copy, sampleCount: 24 };
    const merged = copiesMerged(begun, [original, grown]);
    expect(pendingPatterns(merged, [original, grown])).toMatchObject([
      { id: 'p0', sampleCount: 34, newSamples: 4 },
    ]);
    const settled = pushAcknowledged(merged, { globals: snapshotOf(1) });
    expect(sampleBooks(settled, [original, grown])).toMatchObject({
      learned: 54,
      acknowledged: 50,
      waiting: 4,
    });
  });

  it('become part of what has more behind it on the server', () => {
    const begun = pushBegun(emptySyncState, pendingPatterns(emptySyncState, [copy]));
    const merged = copiesMerged(begun, [original, copy]);
    expect(pendingPatterns(merged, [original, copy])).toMatchObject([
      { id: 'copy', sampleCount: 50, newSamples: 30 },
    ]);
  });

  it('are so from cosine 0.95 on (rule 9.9)', () => {
    const [along, across] = [0, 1].map((at) => new Float32Array(384).fill(1, at, at + 1));
    const atCosine = (cosine: number) => {
      const rest = Math.sqrt(1 - cosine * cosine);
      return { ...copy, embedding: along!.map((v, i) => cosine * v + rest * across![i]!) };
    };
    const first = { ...original, embedding: along! };
    const second = atCosine(0.951);
    const merged = copiesMerged(emptySyncState, [first, second]);
    expect(merged.merges.size).toBe(1);
    const [one] = pendingPatterns(merged, [first, second]);
    const mean = along!.map((v, i) => 30 * 0.9 * v + 20 * 0.8 * second.embedding[i]!);
    expect(cosineSimilarity(one!.embedding, mean)).toBeCloseTo(1, 9);
    expect(copiesMerged(emptySyncState, [first, atCosine(0.949)]).merges.size).toBe(0);
  });

  it('are of one genre (rule 9.9)', () => {
    const elsewhere = { ...copy, genre: 'elsewhere' };
    expect(copiesMerged(emptySyncState, [original, elsewhere])).toBe(emptySyncState);
  });
});
