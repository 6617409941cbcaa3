import { describe, expect, it } from '@jest/globals';
import { answerAdopted } from '../../src/engine/adopt.js';
import { pushBegun } from '../../src/engine/outbox.js';
import { emptySyncState, type SyncState } from '../../src/engine/state.js';
import {
  dueReports,
  sharingWithdrawn,
  titleCompleted,
  withReports,
  type SharingRules,
} from '../../src/titles/completions.js';
import { digestDelta } from '@omega-tv/compression';

const HOUR_MS = 60 * 60 * 1000;
const shared: SharingRules = { isShared: true, nowMs: 0, spreadMs: HOUR_MS, draw: () => 0.5 };
const drawEpoch = (): number => 7;
const TITLE = 'imdb:tt0095016';

/** A TV that reports one title; its push is on its way. */
function reporting(): SyncState {
  const state = titleCompleted(emptySyncState, TITLE, { ...shared, spreadMs: 0 });
  const item = { countsBy: 'position', patterns: [], report: { contentId: TITLE } } as const;
  return withReports(pushBegun(state, item, drawEpoch), [item], 'begun');
}

const engagements = [{ contentId: TITLE, count: 1, completed: true }];

function answered(
  state: SyncState,
  told: { outcome?: 'applied' | 'duplicate'; serverEpoch?: string; digest?: string } = {},
): SyncState {
  const { outcome = 'applied', serverEpoch = 'one' } = told;
  const { digest = digestDelta({ patterns: [], engagements }) } = told;
  const receipt = {
    ...{ serverEpoch, outcome, digest, lastSeq: 1 },
    standing: { serverTimeMs: 1000 },
  };
  const signs = { receipt, capabilities: ['positions', 'titles'] as const, hasLostVersions: false };
  return answerAdopted(state, state.outbox.slice(0, 1), signs, { drawEpoch, nowMs: 1 }).state;
}

describe('a completed title', () => {
  it('is reported once, ever, also where it is completed again (rule 11.36)', () => {
    const once = answered(reporting());
    expect(once.completed.get(TITLE)).toEqual({ order: 1, status: 'reported' });
    expect(titleCompleted(once, TITLE, shared)).toBe(once);
    expect(dueReports(once, Infinity)).toEqual([]);
  });

  it('is reported at an instant drawn within the spread, in the order of completion (rule 11.36)', () => {
    let state = titleCompleted(emptySyncState, 'b', shared);
    state = titleCompleted(state, 'a', { ...shared, draw: () => 0.25 });
    expect(dueReports(state, HOUR_MS / 4 - 1)).toEqual([]);
    expect(dueReports(state, HOUR_MS / 4)).toEqual(['a']);
    expect(dueReports(state, HOUR_MS / 2)).toEqual(['b', 'a']);
  });

  it('stays on the TV without consent, for good (rule 11.37)', () => {
    const state = titleCompleted(emptySyncState, TITLE, { ...shared, isShared: false });
    expect(state.completed.get(TITLE)).toEqual({ order: 1, status: 'private' });
    expect(titleCompleted(state, TITLE, shared)).toBe(state);
    expect(dueReports(state, Infinity)).toEqual([]);
  });

  it('is reported again to a server that lost the report (rules 11.9, 11.36)', () => {
    const lost = answered(answered(reporting()), { serverEpoch: 'two' });
    expect(lost.outbox).toMatchObject([{ report: { contentId: TITLE }, patterns: [] }]);
  });
});

describe('consent that is withdrawn', () => {
  it('keeps what waits on the TV (rule 11.37)', () => {
    const state = sharingWithdrawn(titleCompleted(emptySyncState, TITLE, shared));
    expect(state.completed.get(TITLE)).toEqual({ order: 1, status: 'private' });
    expect(dueReports(state, Infinity)).toEqual([]);
  });

  it('empties what is on its way, under its place; the receipt settles it whichever counted (rule 11.37)', () => {
    const state = sharingWithdrawn(reporting());
    expect(state.outbox).toEqual([
      { countsBy: 'position', patterns: [], position: { deviceEpoch: 7, seq: 1 } },
    ]);
    expect(answered(state, { digest: digestDelta({ patterns: [] }) }).outbox).toEqual([]);
    // The answer to the first sending was lost: its content is the one that the server has.
    expect(answered(state, { outcome: 'duplicate' }).outbox).toEqual([]);
  });

  it('leaves no title in what is kept (rule 11.37)', () => {
    const state = sharingWithdrawn(answered(reporting()));
    expect(JSON.stringify(state.kept)).not.toContain(TITLE);
  });

  it('changes nothing where nothing is shared', () => {
    expect(sharingWithdrawn(emptySyncState)).toBe(emptySyncState);
  });
});
