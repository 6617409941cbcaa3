import { describe, expect, it } from '@jest/globals';
import { cosineSimilarity } from '@omega-tv/embedding-codec';
import type { PatternData } from '@omega-tv/types';
import { copiesMerged, tastesOf } from '../../src/choose/copies.js';
import { pendingPatterns } from '../../src/choose/pending.js';
import { sampleBooks } from '../../src/engine/books.js';
import { markOf, NO_MARK } from '../../src/engine/marks.js';
import { pushBegun } from '../../src/engine/outbox.js';
import { emptySyncState, type SyncState } from '../../src/engine/state.js';
import { PUSH_TRANSITIONS } from '../../src/engine/transition.js';
import { realPattern } from '../support.js';

const original = realPattern(0, { sampleCount: 30 });
const copy = realPattern(0, { id: 'copy', sampleCount: 20, successRate: 0.8 });
const another = realPattern(1);
const byPosition: SyncState = {
  ...emptySyncState,
  server: { epoch: 'one', capabilities: ['positions'] },
};
const context = { drawEpoch: () => 7, nowMs: 1 };

/** Pushes all that is pending, and hears that it counts. */
function pushed(state: SyncState, learned: readonly PatternData[]): SyncState {
  const patterns = pendingPatterns(state, learned);
  const begun = pushBegun(state, { countsBy: 'position', patterns }, context.drawEpoch);
  return PUSH_TRANSITIONS.waiting.acknowledged.apply(begun, context);
}

describe('near copies', () => {
  it('are one taste from then on, weighted by their samples, and are merged once (rule 9.9)', () => {
    const learned = [original, copy, another];
    const merged = copiesMerged(byPosition, learned);
    expect([...merged.merges]).toEqual([['copy', 'p0']]);
    expect(copiesMerged(merged, learned)).toBe(merged);
    const [one, two, ...rest] = pendingPatterns(merged, learned);
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ id: 'p0', sampleCount: 50, newSamples: 50 });
    expect(one?.successRate).toBeCloseTo((30 * 0.9 + 20 * 0.8) / 50, 12);
    expect(two?.id).toBe('p1');
  });

  it('bring along what is settled under their own ids: it counts once, and under no other id (rules 4.9, 9.9)', () => {
    const settled = pushed(byPosition, [copy]);
    const grown = { ...copy, sampleCount: 24 };
    // The original has less behind it on the server: it becomes part of the copy.
    const merged = copiesMerged(settled, [original, grown]);
    expect([...merged.merges]).toEqual([['p0', 'copy']]);
    const learned = [original, grown];
    expect(pendingPatterns(merged, learned)).toMatchObject([
      { id: 'copy', sampleCount: 20 + 34, newSamples: 34 },
    ]);
    const after = pushed(merged, learned);
    expect(sampleBooks(after, learned)).toMatchObject({
      learned: 54,
      acknowledged: 54,
      waiting: 0,
    });
  });

  it('of copies: what one had under its own id and of its copy is carried over whole (rule 9.9)', () => {
    // The copy becomes part of the original, which then drifts and becomes part of a third one.
    const one = pushed(copiesMerged(byPosition, [original, copy]), [original, copy]);
    expect(markOf(one.marks, 'p0')).toEqual({ ...NO_MARK, acknowledged: 50 });
    const drifted = [
      { ...original, embedding: another.embedding, genre: another.genre },
      { ...copy, embedding: another.embedding, genre: another.genre },
    ];
    const third = { ...another, sampleCount: 100 };
    const settled = pushed(one, [...drifted, third]);
    const merged = copiesMerged(settled, [...drifted, third]);
    expect([...merged.merges]).toEqual([
      ['copy', 'p1'],
      ['p0', 'p1'],
    ]);
    expect(markOf(merged.marks, 'p1')).toEqual({ ...NO_MARK, acknowledged: 100, elsewhere: 50 });
    expect(pendingPatterns(merged, [...drifted, third])).toEqual([]);
    expect(sampleBooks(merged, [...drifted, third])).toMatchObject({
      learned: 150,
      acknowledged: 150,
    });
  });

  it('are merged only where each is good enough by itself: a poor one silences no good one (rule 9.9)', () => {
    const good = realPattern(0, { sampleCount: 12 });
    const poor = realPattern(0, { id: 'poor', sampleCount: 50, successRate: 0.5 });
    const state = copiesMerged(byPosition, [good, poor]);
    expect(state).toBe(byPosition);
    expect(pendingPatterns(state, [good, poor])).toMatchObject([{ id: 'p0', newSamples: 12 }]);
  });

  it('are not merged while pushes are on their way (rule 9.9)', () => {
    const item = { countsBy: 'position', patterns: [{ ...copy, newSamples: 20 }] } as const;
    const begun = pushBegun(byPosition, item, context.drawEpoch);
    expect(copiesMerged(begun, [original, copy])).toBe(begun);
  });

  it('are so from cosine 0.95 on (rule 9.9)', () => {
    const [along, across] = [0, 1].map((at) => new Float32Array(384).fill(1, at, at + 1));
    const atCosine = (cosine: number) => {
      const rest = Math.sqrt(1 - cosine * cosine);
      return { ...copy, embedding: along!.map((v, i) => cosine * v + rest * across![i]!) };
    };
    const first = { ...original, embedding: along! };
    const second = atCosine(0.951);
    const { merges } = copiesMerged(byPosition, [first, second]);
    expect(merges.size).toBe(1);
    const [one] = tastesOf([first, second], merges);
    const mean = along!.map((v, i) => 30 * 0.9 * v + 20 * 0.8 * second.embedding[i]!);
    expect(cosineSimilarity(one!.embedding, mean)).toBeCloseTo(1, 9);
    expect(copiesMerged(byPosition, [first, atCosine(0.949)])).toBe(byPosition);
  });

  it('are of one genre (rule 9.9)', () => {
    const elsewhere = { ...copy, genre: 'elsewhere' };
    expect(copiesMerged(byPosition, [original, elsewhere])).toBe(byPosition);
  });
});
