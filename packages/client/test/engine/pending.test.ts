import { describe, expect, it } from '@jest/globals';
import type { PatternData } from '@omega-tv/types';
import { pendingPatterns } from '../../src/choose/pending.js';
import { sampleBooks } from '../../src/engine/books.js';
import { NO_MARK } from '../../src/engine/marks.js';
import { pushBegun } from '../../src/engine/outbox.js';
import { emptySyncState, type CountsBy, type SyncState } from '../../src/engine/state.js';
import { PUSH_TRANSITIONS } from '../../src/engine/transition.js';
import { realPattern, realPatterns } from '../support.js';

const context = { drawEpoch: () => 7, nowMs: 1, reason: 'no' };
const { acknowledged, refused } = PUSH_TRANSITIONS.waiting;

/** Patterns on their way up, with their samples since the last push. */
function withNew(patterns: readonly PatternData[], newSamples: number) {
  return patterns.map((pattern) => ({ ...pattern, newSamples }));
}

function begun(
  state: SyncState,
  learned: readonly PatternData[],
  countsBy: CountsBy = 'marks',
): SyncState {
  const patterns = pendingPatterns(state, learned);
  return pushBegun(state, { countsBy, patterns }, context.drawEpoch);
}

describe('what is pending', () => {
  const learned = realPatterns(3);

  it('is what is good enough and not settled (rule 1.4)', () => {
    const weak = realPattern(9, { successRate: 0.69 });
    const young = realPattern(8, { sampleCount: 9 });
    expect(pendingPatterns(emptySyncState, [...learned, weak, young])).toEqual(
      withNew(learned, 12),
    );
    const two = begun(emptySyncState, learned.slice(0, 2));
    expect(pendingPatterns(two, learned)).toEqual(withNew(learned.slice(2), 12));
    const more = realPattern(0, { sampleCount: 13 });
    expect(pendingPatterns(two, [more])).toEqual(withNew([more], 1));
  });

  it('is of 128 ids at most where marks count; known ids go on (rule 4.2)', () => {
    const many = realPatterns(200);
    const pending = pendingPatterns(emptySyncState, many);
    expect(pending).toEqual(withNew(many.slice(0, 128), 12));
    const settled = acknowledged.apply(begun(emptySyncState, many), context);
    expect(pendingPatterns(settled, many)).toEqual([]);
    expect(sampleBooks(settled, many)).toMatchObject({ acknowledged: 128 * 12, withheld: 72 * 12 });
    const grown = realPattern(5, { sampleCount: 13 });
    expect(pendingPatterns(settled, [...many.slice(128), grown])).toEqual(withNew([grown], 1));
  });

  it('is of any number of ids where positions count (rule 11.14)', () => {
    const server = { epoch: 'one', capabilities: ['positions'] as const };
    expect(pendingPatterns({ ...emptySyncState, server }, realPatterns(200))).toHaveLength(200);
  });
});

describe('a refused push', () => {
  const idsOf = ({ outbox }: SyncState) =>
    outbox.map(({ patterns }) => patterns.map(({ id }) => id));

  it('goes out again one by one, and only the refused one becomes a dead letter (rule 4.8)', () => {
    const item = { countsBy: 'marks', patterns: withNew([realPattern(9)], 12) } as const;
    const waiting = pushBegun(begun(emptySyncState, realPatterns(3)), item, context.drawEpoch);
    const apart = refused.apply(waiting, context);
    expect(idsOf(apart)).toEqual([['p9'], ['p0'], ['p1'], ['p2']]);
    expect(apart.outbox.map(({ position }) => position?.seq)).toEqual([2, 3, 4, 5]);
    expect(apart.deadLetters).toEqual([]);
    const alone = refused.apply(apart, { ...context, reason: 'too wild' });
    expect(alone.outbox).toHaveLength(3);
    expect(alone.deadLetters).toEqual([{ patternId: 'p9', sampleCount: 12, reason: 'too wild' }]);
    expect(alone.marks.get('p9')).toEqual({ ...NO_MARK, refused: 12 });
    expect(pendingPatterns({ ...alone, outbox: [] }, [realPattern(9)])).toEqual([]);
  });

  it('keeps the last 32 dead letters to read, and counts all', () => {
    let state = emptySyncState;
    const learned = realPatterns(40);
    for (const pattern of learned) state = refused.apply(begun(state, [pattern]), context);
    expect(state.deadLetters.map(({ patternId }) => patternId)).toEqual(
      learned.slice(8).map(({ id }) => id),
    );
    expect(sampleBooks(state, learned).deadLettered).toBe(40 * 12);
  });

  it('of nothing changes nothing but the outbox', () => {
    expect(refused.apply(begun(emptySyncState, []), context)).toMatchObject({
      outbox: [],
      deadLetters: [],
    });
  });

  it('is made good by a later, higher count that is acknowledged, where marks count (rule 4.8)', () => {
    const letter = refused.apply(begun(emptySyncState, [realPattern(0)]), context);
    const grown = [realPattern(0, { sampleCount: 20 })];
    expect(pendingPatterns(letter, grown)).toEqual(withNew(grown, 8));
    const state = acknowledged.apply(begun(letter, grown), context);
    expect(sampleBooks(state, grown)).toMatchObject({ acknowledged: 20, deadLettered: 0 });
  });

  it('stays refused where positions count (rule 4.8)', () => {
    const letter = refused.apply(begun(emptySyncState, [realPattern(0)], 'position'), context);
    const grown = [realPattern(0, { sampleCount: 20 })];
    const state = acknowledged.apply(begun(letter, grown, 'position'), context);
    expect(sampleBooks(state, grown)).toMatchObject({ acknowledged: 8, deadLettered: 12 });
  });
});
