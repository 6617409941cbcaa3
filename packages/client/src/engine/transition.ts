import { MAX_INTEGER, type DeltaPosition } from '@omega-tv/types';
import { withReports } from '../titles/completions.js';
import type { PushEvent, ServerEvent } from './events.js';
import { added, credited, doubted, markOf } from './marks.js';
import { apart, keptWith, placed, reopened, requeued } from './outbox.js';
import type { DrawEpoch, KeptItem, SyncState } from './state.js';

/** Dead letters that are kept to read; their samples are counted for good. */
const MAX_DEAD_LETTERS = 32;

/** What a transition needs besides the state. */
export interface TransitionContext {
  readonly drawEpoch: DrawEpoch;
  /** By the server's clock where it said so, else by the TV's. Unix ms. */
  readonly nowMs: number;
  /** Where the server says that the device stood before. */
  readonly standing?: DeltaPosition;
  /** The pushes that this answer acknowledges: the server has them, wherever it stood before. */
  readonly acknowledged?: readonly DeltaPosition[];
  /** True where the answer says nothing of what waits. */
  readonly isPoll?: boolean;
  /** Why a push was refused. */
  readonly reason?: string;
}

type Transition = (state: SyncState, context: TransitionContext) => SyncState;

const stay: Transition = (state) => state;

/** What each event of the server makes of the state, whatever waits in the outbox. */
export const SERVER_TRANSITIONS: Readonly<Record<ServerEvent, Transition>> = {
  met: stay,
  same: stay,
  replaced: (state, context) => lostPushesQueued(marksUnsure(state), context),
  behind: (state, context) => lostPushesQueued(marksUnsure(state), context),
  forgot: (state, { drawEpoch }) => reopened({ ...state, kept: [] }, state.outbox, drawEpoch),
};

/** Whether something waits: the other half of the table. */
export type OutboxStatus = 'empty' | 'waiting';

export function outboxStatusOf({ outbox }: SyncState): OutboxStatus {
  return outbox.length === 0 ? 'empty' : 'waiting';
}

/** What an event of the first push makes of the state. */
interface PushTransition {
  readonly apply: Transition;
  /** Whether the pushes that still wait go out in a new epoch: in the old one nothing is decided. */
  readonly reopens: boolean;
}

const ignored: PushTransition = { apply: stay, reopens: false };

/** What each event of the first push makes of the state; an answer to a poll changes no push. */
export const PUSH_TRANSITIONS: Readonly<
  Record<OutboxStatus, Readonly<Record<PushEvent, PushTransition>>>
> = {
  empty: {
    acknowledged: ignored,
    refused: ignored,
    'counted-before': ignored,
    overtaken: ignored,
    contradicted: ignored,
    undecided: ignored,
    unclear: ignored,
  },
  waiting: {
    acknowledged: { apply: firstAcknowledged, reopens: false },
    refused: { apply: firstRefused, reopens: false },
    'counted-before': { apply: firstCounted, reopens: false },
    overtaken: { apply: firstCounted, reopens: true },
    contradicted: { apply: firstLast, reopens: true },
    undecided: { apply: stay, reopens: true },
    unclear: ignored,
  },
};

/** The first push goes out again, behind the others. */
function firstLast(state: SyncState): SyncState {
  const [first, ...outbox] = state.outbox;
  return first === undefined ? state : { ...state, outbox: [...outbox, first] };
}

function firstAcknowledged(state: SyncState, { nowMs }: TransitionContext): SyncState {
  const [first, ...outbox] = state.outbox;
  if (first === undefined) return state;
  const { patterns, countsBy, isRepeat } = first;
  if (countsBy === 'marks') {
    const marks = patterns.reduce(
      (changed, { id, newSamples = 0 }) =>
        acknowledgedByMarks(state, changed, id, isRepeat === true ? undefined : newSamples),
      state.marks,
    );
    return { ...state, outbox, marks };
  }
  const marks = credited(state.marks, state.merges, patterns, 1);
  const kept = keptWith(state.kept, first, nowMs);
  return withReports({ ...state, outbox, marks, kept }, [first], 'reported');
}

/** As it was first sent: what was withdrawn of it since is counted, too. */
function firstCounted(state: SyncState, context: TransitionContext): SyncState {
  const { withdrawn, position } = state.outbox[0] ?? {};
  if (withdrawn === undefined || position === undefined) return firstAcknowledged(state, context);
  const said = withdrawn.map(([id, newSamples]) => ({ id, newSamples }));
  const marks = credited(state.marks, state.merges, said, 1);
  const kept = [...state.kept, { position, atMs: context.nowMs, counts: withdrawn }];
  return firstAcknowledged({ ...state, marks, kept }, context);
}

/** A count that a server has taken includes what was refused below it, and what it may have lost. */
function acknowledgedByMarks(
  { merges }: SyncState,
  marks: SyncState['marks'],
  id: string,
  newSamples: number | undefined,
): SyncState['marks'] {
  const taste = merges.get(id) ?? id;
  if (taste !== id) return added(marks, taste, { elsewhere: newSamples ?? 0 });
  const { unsure, refused } = markOf(marks, id);
  if (newSamples === undefined) return added(marks, id, { byMarks: unsure, unsure: -unsure });
  return added(marks, id, {
    byMarks: Math.min(MAX_INTEGER, newSamples + unsure + refused),
    unsure: -unsure,
    refused: -refused,
  });
}

/**
 * One of several patterns may be the cause, so each goes out alone, behind what waits; a pattern
 * that was refused alone becomes a dead letter.
 */
function firstRefused(
  state: SyncState,
  { drawEpoch, reason = 'refused' }: TransitionContext,
): SyncState {
  const [first, ...outbox] = state.outbox;
  const [pattern, ...others] = first?.patterns ?? [];
  if (first === undefined || pattern === undefined) {
    return withReports({ ...state, outbox }, first === undefined ? [] : [first], 'private');
  }
  if (others.length > 0) return placed(state, [...outbox, ...apart(first)], drawEpoch);
  const { id, newSamples = 0, sampleCount } = pattern;
  return {
    ...state,
    outbox,
    marks: added(state.marks, state.merges.get(id) ?? id, { refused: newSamples }),
    deadLetters: [...state.deadLetters, { patternId: id, sampleCount, reason }].slice(
      -MAX_DEAD_LETTERS,
    ),
  };
}

function marksUnsure(state: SyncState): SyncState {
  return { ...state, marks: doubted(state.marks) };
}

function lostPushesQueued(state: SyncState, context: TransitionContext): SyncState {
  const { standing, acknowledged = [], drawEpoch, isPoll = false } = context;
  const isHeld = heldAt(state.kept, standing);
  const isNew = ({ position }: KeptItem): boolean =>
    acknowledged.some(
      (one) => one.deviceEpoch === position.deviceEpoch && one.seq === position.seq,
    );
  return requeued(state, (item) => isHeld(item) || isNew(item), { drawEpoch, isPoll });
}

/** The epochs of the pushes kept follow one another: a server that knows one had those before it. */
function heldAt(kept: readonly KeptItem[], standing: DeltaPosition | undefined) {
  const isBelow = ({ position }: KeptItem): boolean =>
    position.deviceEpoch === standing?.deviceEpoch && position.seq <= standing.seq;
  const isOfEpoch = ({ position }: KeptItem): boolean =>
    position.deviceEpoch === standing?.deviceEpoch;
  const first = kept.findIndex(isOfEpoch);
  const before = new Set(first < 0 ? [] : kept.slice(0, first));
  return (item: KeptItem): boolean => before.has(item) || isBelow(item);
}
