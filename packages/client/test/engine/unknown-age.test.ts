import { expect, it } from '@jest/globals';
import { NO_MARK } from '../../src/engine/marks.js';
import { stateOfUnknownAge } from '../../src/engine/unknown-age.js';
import { emptySyncState, sampleBooks, type SyncState } from '../../src/index.js';
import { realPattern } from '../support.js';

it('tells nothing that may have been told before the disk lost writes, and keeps pushes that were begun (rule 5.16)', () => {
  const learned = [
    realPattern(1, { id: 'a', sampleCount: 30, genre: 'x' }),
    realPattern(40, { id: 'b', sampleCount: 20, genre: 'y' }),
  ];
  const begun = { ...realPattern(1, { id: 'a', sampleCount: 28, genre: 'x' }), newSamples: 8 };
  const old: SyncState = {
    ...emptySyncState,
    marks: new Map([['a', { ...NO_MARK, acknowledged: 20 }]]),
    outbox: [{ countsBy: 'position', position: { deviceEpoch: 7, seq: 3 }, patterns: [begun] }],
    completed: new Map([
      ['told', { order: 1, status: 'reported' }],
      ['perhaps', { order: 2, status: 'waiting', reportAtMs: 5 }],
      ['mine', { order: 3, status: 'private' }],
    ]),
  };
  const { state, samples } = stateOfUnknownAge(old, learned);
  expect(samples).toBe(2 + 20);
  expect(state.outbox).toBe(old.outbox);
  expect(sampleBooks(state, learned)).toMatchObject({
    ...{ learned: 50, acknowledged: 20, waiting: 8, dropped: 22 },
  });
  expect(Array.from(state.completed.values(), ({ status }) => status)).toEqual([
    'reported',
    'reported',
    'private',
  ]);
});
