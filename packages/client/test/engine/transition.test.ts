import { describe, expect, it } from '@jest/globals';
import { digestDelta } from '@omega-tv/compression';
import type { DeltaPosition, ReceiptOutcome } from '@omega-tv/types';
import { answerAdopted, type AnswerSigns } from '../../src/engine/adopt.js';
import { sampleBooks } from '../../src/engine/books.js';
import { PUSH_EVENTS, pushEventOf, SERVER_EVENTS, serverEventOf } from '../../src/engine/events.js';
import { keptWith, pushBegun } from '../../src/engine/outbox.js';
import { emptySyncState, type KeptItem, type SyncState } from '../../src/engine/state.js';
import {
  PUSH_TRANSITIONS,
  SERVER_TRANSITIONS,
  type OutboxStatus,
} from '../../src/engine/transition.js';
import { realPattern } from '../support.js';

const EPOCH = 0xe1;
const NEW_EPOCH = 0xe2;
const drawEpoch = (): number => NEW_EPOCH;
const context = { drawEpoch, nowMs: 1000 };
const server = { epoch: 'one', capabilities: ['positions'] as const };
const learned = [0, 1, 2].map((index) => realPattern(index));

function pushedBy(countsBy: 'position' | 'marks', seq: number, ...indexes: readonly number[]) {
  const patterns = indexes.map((index) => ({ ...realPattern(index), newSamples: 12 }));
  return { countsBy, patterns, position: { deviceEpoch: EPOCH, seq } };
}

/** A TV whose first push was acknowledged by position, and whose second one is on its way. */
const first = pushedBy('position', 1, 0);
const second = pushedBy('position', 2, 1);
const waiting: SyncState = {
  ...emptySyncState,
  server,
  marks: new Map([
    ['p0', { acknowledged: 12, byMarks: 0, unsure: 0, refused: 0, elsewhere: 0, lost: 0 }],
  ]),
  outbox: [second],
  kept: keptWith([], first, 1000),
  next: { deviceEpoch: EPOCH, seq: 3, countsBy: 'position' },
};
const idle: SyncState = { ...waiting, outbox: [] };

interface Told {
  readonly lastSeq?: number;
  readonly outcome?: ReceiptOutcome;
  readonly digest?: string;
  readonly stood?: DeltaPosition | 'unknown';
  readonly serverEpoch?: string;
  readonly hasLostVersions?: boolean;
}

/** An answer as a server gives it that has the first push and now gets the second. */
function answer({ stood = { deviceEpoch: EPOCH, seq: 1 }, ...told }: Told = {}): AnswerSigns {
  const { hasLostVersions = false, ...receipt } = told;
  return {
    capabilities: ['positions'],
    hasLostVersions,
    receipt: {
      serverEpoch: 'one',
      lastSeq: 2,
      outcome: 'applied',
      digest: digestDelta(second),
      ...receipt,
      standing: { serverTimeMs: 5000, ...(stood === 'unknown' ? {} : { position: stood }) },
    },
  };
}

const adopt = (told: Told, state = waiting) =>
  answerAdopted(state, state.outbox.slice(0, 1), answer(told), context);
const positionsOf = ({ outbox }: SyncState) => outbox.map(({ position }) => position);
const idsOf = ({ outbox }: SyncState) => outbox.map(({ patterns }) => patterns.map(({ id }) => id));

describe('the table', () => {
  const states: readonly (readonly [OutboxStatus, SyncState])[] = [
    ['empty', idle],
    ['waiting', waiting],
  ];

  it('names each event in each state, and each transition gives a state whose books balance (rule 4.9)', () => {
    for (const [status, state] of states) {
      expect(Object.keys(PUSH_TRANSITIONS[status]).sort()).toEqual([...PUSH_EVENTS].sort());
      for (const event of PUSH_EVENTS) {
        expectBalanced(PUSH_TRANSITIONS[status][event].apply(state, context));
      }
      expect(Object.keys(SERVER_TRANSITIONS).sort()).toEqual([...SERVER_EVENTS].sort());
      for (const event of SERVER_EVENTS) {
        expectBalanced(SERVER_TRANSITIONS[event](state, context));
      }
    }
  });

  it('an answer to a poll changes no push', () => {
    for (const event of PUSH_EVENTS) {
      expect(PUSH_TRANSITIONS.empty[event].apply(idle, context)).toBe(idle);
    }
  });

  function expectBalanced(state: SyncState): void {
    const { learned: all, ...parts } = sampleBooks(state, learned);
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(all);
  }
});

describe('what a receipt says of a push', () => {
  it.each([
    ['acknowledged', {}],
    ['acknowledged', { outcome: 'duplicate' }],
    ['refused', { outcome: 'refused' }],
    ['overtaken', { outcome: 'duplicate', lastSeq: 5, digest: 'another' }],
    ['contradicted', { outcome: 'duplicate', digest: 'another' }],
    ['contradicted', { outcome: 'refused', digest: 'another' }],
    ['undecided', { outcome: 'refused', lastSeq: 1 }],
    ['unclear', { outcome: 'applied', lastSeq: 1 }],
    ['unclear', { outcome: 'applied', lastSeq: 3 }],
    ['unclear', { outcome: 'applied', digest: 'another' }],
  ] as const)('%s: %j (rules 11.4, 11.21)', (event, told) => {
    expect(pushEventOf(second, answer(told).receipt)).toBe(event);
  });

  it('without a standing another content settles nothing (rule 11.4)', () => {
    const { standing: _, ...receipt } = answer({
      outcome: 'duplicate',
      digest: 'another',
    }).receipt!;
    expect(pushEventOf(second, receipt)).toBe('unclear');
  });

  it.each([
    ['undecided', { outcome: 'duplicate', digest: 'another' }],
    ['undecided', { outcome: 'refused', lastSeq: 4, digest: 'another' }],
    ['unclear', { outcome: 'applied', digest: 'another' }],
  ] as const)('counted by marks: %s: %j (rules 11.4, 11.21)', (event, told) => {
    expect(pushEventOf(pushedBy('marks', 2, 1), answer(told).receipt)).toBe(event);
  });

  it('v1 has none: an answer acknowledges (rule 4.7)', () => {
    expect(pushEventOf(second, undefined)).toBe('acknowledged');
  });
});

describe('what an answer says of the server', () => {
  it.each([
    ['same', {}],
    ['same', { stood: { deviceEpoch: 0xbad, seq: 9 } }],
    ['replaced', { serverEpoch: 'two' }],
    ['behind', { hasLostVersions: true }],
    ['behind', { stood: { deviceEpoch: EPOCH, seq: 0 } }],
    ['forgot', { stood: 'unknown' }],
  ] as const)('%s: %j (rules 11.9, 11.19)', (event, told) => {
    expect(serverEventOf(waiting, answer(told))).toBe(event);
  });

  it('met, where it never answered before (rule 11.22)', () => {
    const { server: _, ...stranger } = idle;
    expect(serverEventOf(stranger, answer())).toBe('met');
  });

  it('behind, where it stands in an epoch that this TV has left', () => {
    const later = { ...second, position: { deviceEpoch: NEW_EPOCH, seq: 1 } };
    const moved = { ...idle, kept: keptWith(waiting.kept, later, 1000) };
    expect(serverEventOf(moved, answer())).toBe('behind');
  });
});

describe('an answer', () => {
  it('acknowledges a push, which is kept from then on (rule 11.20)', () => {
    const { state } = adopt({});
    expect(state.outbox).toEqual([]);
    expect(state.kept.map(({ position }) => position.seq)).toEqual([1, 2]);
    expect(state.kept[1]?.atMs).toBe(5000);
    expect(sampleBooks(state, learned)).toMatchObject({ acknowledged: 24, waiting: 12 });
  });

  it('of another content under its place sends the push again in a new epoch (rule 11.21)', () => {
    const { state } = adopt({ outcome: 'duplicate', digest: 'another' });
    expect(positionsOf(state)).toEqual([{ deviceEpoch: NEW_EPOCH, seq: 1 }]);
    expect(idsOf(state)).toEqual([['p1']]);
  });

  it('of a later place acknowledges, and what waits goes out in a new epoch (rule 11.21)', () => {
    const two = { ...waiting, outbox: [second, pushedBy('position', 3, 2)] };
    const { state } = adopt({ outcome: 'duplicate', lastSeq: 9, digest: 'another' }, two);
    expect(idsOf(state)).toEqual([['p2']]);
    expect(positionsOf(state)).toEqual([{ deviceEpoch: NEW_EPOCH, seq: 1 }]);
  });

  it('that decides nothing sends what waits again in a new epoch (rule 11.21)', () => {
    const { state } = adopt({ outcome: 'refused', lastSeq: 1 });
    expect(positionsOf(state)).toEqual([{ deviceEpoch: NEW_EPOCH, seq: 1 }]);
    expect(state.kept).toHaveLength(1);
  });

  it('of a server that was put back queues what it lost again, before what waits (rule 11.9)', () => {
    const told = { serverEpoch: 'two', outcome: 'refused', lastSeq: 0, stood: 'unknown' } as const;
    const { state } = adopt(told);
    expect(idsOf(state)).toEqual([['p0'], ['p1']]);
    expect(positionsOf(state)).toEqual([1, 2].map((seq) => ({ deviceEpoch: NEW_EPOCH, seq })));
    expect(state.kept).toEqual([]);
    expect(state.server?.epoch).toBe('two');
    expect(sampleBooks(state, learned)).toMatchObject({ acknowledged: 0, waiting: 36 });
  });

  it('of a server that was put back queues no more than what lies above where the device stood (rule 11.9)', () => {
    const third = { ...waiting, outbox: [pushedBy('position', 3, 2)] };
    const kept = keptWith(third.kept, second, 1000);
    const told = { serverEpoch: 'two', outcome: 'refused', lastSeq: 1 } as const;
    const { state } = adopt(told, { ...third, kept });
    expect(idsOf(state)).toEqual([['p1'], ['p2']]);
    expect(state.kept.map(({ position }) => position.seq)).toEqual([1]);
  });

  it('of a server that forgot the device repeats nothing that was acknowledged (rule 11.19)', () => {
    const { state } = adopt({ outcome: 'refused', lastSeq: 0, stood: 'unknown' });
    expect(idsOf(state)).toEqual([['p1']]);
    expect(positionsOf(state)).toEqual([{ deviceEpoch: NEW_EPOCH, seq: 1 }]);
    expect(sampleBooks(state, learned)).toMatchObject({ acknowledged: 12 });
  });
});

describe('acknowledged pushes', () => {
  const DAY_MS = 24 * 60 * 60 * 1000;
  const keep = (count: number, everyMs: number): readonly KeptItem[] => {
    let kept: readonly KeptItem[] = [];
    for (let i = 1; i <= count; i += 1) {
      kept = keptWith(kept, pushedBy('position', i, 0), i * everyMs);
    }
    return kept;
  };

  it('are kept for seven days by the clock of the server (rule 11.20)', () => {
    expect(keep(10, DAY_MS).map(({ position }) => position.seq)).toEqual([4, 5, 6, 7, 8, 9, 10]);
  });

  it('are 1,024 at most, the patterns of the newest 168 whole; of the others the counts (rule 11.20)', () => {
    const kept = keep(1100, 1);
    expect(kept).toHaveLength(1024);
    expect(kept.filter(({ patterns }) => patterns !== undefined)).toHaveLength(168);
    expect(kept[0]).toEqual({
      position: { deviceEpoch: EPOCH, seq: 77 },
      atMs: 77,
      counts: [['p0', 12]],
    });
  });

  it('of which only the counts are kept are known as dropped where a server lost them (rule 11.20)', () => {
    const [{ patterns: _, ...counts }] = waiting.kept as readonly [KeptItem];
    const { state } = adopt(
      { serverEpoch: 'two', outcome: 'refused', lastSeq: 0, stood: 'unknown' },
      { ...waiting, kept: [counts] },
    );
    expect(sampleBooks(state, learned)).toMatchObject({ acknowledged: 0, dropped: 12 });
  });
});

it('pushes by position and by marks stand in epochs of their own (rule 11.22)', () => {
  let drawn = 10;
  const draw = (): number => (drawn += 1);
  let state: SyncState = { ...emptySyncState, server };
  for (const countsBy of ['position', 'position', 'marks', 'position'] as const) {
    state = pushBegun(state, { countsBy, patterns: [] }, draw);
  }
  expect(positionsOf(state)).toEqual([
    { deviceEpoch: 11, seq: 1 },
    { deviceEpoch: 11, seq: 2 },
    { deviceEpoch: 12, seq: 1 },
    { deviceEpoch: 13, seq: 1 },
  ]);
});
