import {
  meetsSyncThreshold,
  SyncError,
  type GlobalPatterns,
  type PatternData,
} from '@omega-tv/types';

/** A server keeps this many marks a device and refuses further pattern ids. */
const MAX_PUSHED_IDS = 128;

/** Dead letters that are kept to read; their samples are counted for good. */
const MAX_DEAD_LETTERS = 32;

/** How far one pattern's cumulative sample count is settled. */
export interface SampleMark {
  /** Highest count that a server acknowledged. */
  readonly acknowledged: number;
  /** Highest count that a server refused for good. */
  readonly refused: number;
}

export interface DeadLetter {
  readonly patternId: string;
  readonly sampleCount: number;
  readonly reason: string;
}

/** The durable state of a TV's exchanges, one record. */
export interface SyncState {
  readonly lastVersion: number;
  readonly marks: ReadonlyMap<string, SampleMark>;
  /**
   * Pushes that were begun, in order, as lists of patterns. Their content is frozen: an answer may
   * have been lost, so the same patterns go out again until one arrives.
   */
  readonly outbox: readonly (readonly PatternData[])[];
  readonly deadLetters: readonly DeadLetter[];
  readonly snapshot: GlobalPatterns | undefined;
  /** Whom the marks belong to; undefined before the first client. */
  readonly owner?: StateOwner;
}

export interface StateOwner {
  readonly deviceId: string;
  /** Where the Constellation lives that acknowledged. */
  readonly url: string;
}

export const emptySyncState: SyncState = {
  lastVersion: 0,
  marks: new Map(),
  outbox: [],
  deadLetters: [],
  snapshot: undefined,
};

/** Every learned sample is in exactly one of these. */
export interface SampleBooks {
  readonly learned: number;
  readonly acknowledged: number;
  /** Begun pushes included. */
  readonly waiting: number;
  /** Of patterns below the quality filter, or beyond the ids that a server keeps marks of. */
  readonly withheld: number;
  readonly deadLettered: number;
}

/**
 * The state for a client of this device and Constellation. Another Constellation acknowledged
 * nothing yet, so everything is pushed to it again.
 * @throws SyncError `invalid-config` for another device: its samples would be counted twice.
 */
export function stateOwned(state: SyncState, owner: StateOwner): SyncState {
  const { deviceId, url } = state.owner ?? owner;
  if (deviceId !== owner.deviceId) {
    throw new SyncError(
      'invalid-config',
      `The store belongs to the device "${deviceId}", not to "${owner.deviceId}"; give each device a store of its own`,
      { field: 'deviceId' },
    );
  }
  if (state.owner !== undefined && url === owner.url) return state;
  if (url === owner.url) return { ...state, owner };
  return { ...state, owner, lastVersion: 0, marks: forgetAcknowledged(state.marks) };
}

/** Learned patterns with samples that no push has settled or begun, in the given order. */
export function pendingPatterns(
  state: SyncState,
  learned: readonly PatternData[],
): readonly PatternData[] {
  return learned.filter(isPending(state));
}

function isPending(state: SyncState): (pattern: PatternData) => boolean {
  const begun = begunCounts(state);
  const known = new Set([...state.marks.keys(), ...begun.keys()]);
  return (pattern) => {
    if (pattern.sampleCount <= settledCount(state, begun, pattern.id)) return false;
    if (!meetsSyncThreshold(pattern)) return false;
    if (!known.has(pattern.id) && known.size >= MAX_PUSHED_IDS) return false;
    known.add(pattern.id);
    return true;
  };
}

/** Freezes a push: from now on it is sent as it is until an answer settles it. */
export function pushBegun(state: SyncState, patterns: readonly PatternData[]): SyncState {
  return { ...state, outbox: [...state.outbox, patterns] };
}

/** The first push of the outbox was acknowledged with this answer. */
export function pushAcknowledged(state: SyncState, answer: GlobalPatterns): SyncState {
  const { marks, ...adopted } = answerAdopted(state, answer);
  const [first = [], ...outbox] = adopted.outbox;
  return { ...adopted, outbox, marks: raiseMarks(marks, first, 'acknowledged') };
}

/**
 * Takes an answer's version and global patterns. A lower version than before is that of a server
 * that lost what it had acknowledged (a restored backup, an empty store). Since counts are
 * cumulative it is enough to push everything again: what it still has counts nothing there.
 */
export function answerAdopted(state: SyncState, answer: GlobalPatterns): SyncState {
  const marks = answer.version < state.lastVersion ? forgetAcknowledged(state.marks) : state.marks;
  return { ...state, marks, lastVersion: answer.version, snapshot: answer };
}

function forgetAcknowledged(marks: SyncState['marks']): SyncState['marks'] {
  return new Map(Array.from(marks, ([id, { refused }]) => [id, { acknowledged: 0, refused }]));
}

/**
 * The first push of the outbox was refused for good. One of several patterns may be the cause, so
 * each goes out alone; a pattern that was refused alone becomes a dead letter.
 */
export function pushRefused(state: SyncState, reason: string): SyncState {
  const [first = [], ...outbox] = state.outbox;
  const [pattern] = first;
  if (pattern === undefined) return { ...state, outbox };
  if (first.length > 1) return { ...state, outbox: [...first.map((one) => [one]), ...outbox] };
  const letter = { patternId: pattern.id, sampleCount: pattern.sampleCount, reason };
  return {
    ...state,
    outbox,
    marks: raiseMarks(state.marks, first, 'refused'),
    deadLetters: [...state.deadLetters, letter].slice(-MAX_DEAD_LETTERS),
  };
}

/** Accounts for every learned sample. */
export function sampleBooks(state: SyncState, learned: readonly PatternData[]): SampleBooks {
  const begun = begunCounts(state);
  const pending = isPending(state);
  const books = { learned: 0, acknowledged: 0, waiting: 0, withheld: 0, deadLettered: 0 };
  for (const pattern of learned) {
    const { acknowledged, refused } = markOf(state.marks, pattern.id);
    const settled = Math.max(acknowledged, refused);
    const unsettled = pattern.sampleCount - settled;
    const inFlight = Math.max(0, (begun.get(pattern.id) ?? 0) - settled);
    books.learned += pattern.sampleCount;
    books.acknowledged += acknowledged;
    books.deadLettered += settled - acknowledged;
    books.waiting += pending(pattern) ? unsettled : inFlight;
    books.withheld += pending(pattern) ? 0 : unsettled - inFlight;
  }
  return books;
}

function begunCounts({ outbox }: SyncState): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const push of outbox) for (const { id, sampleCount } of push) counts.set(id, sampleCount);
  return counts;
}

function settledCount(state: SyncState, begun: ReadonlyMap<string, number>, id: string): number {
  const { acknowledged, refused } = markOf(state.marks, id);
  return Math.max(acknowledged, refused, begun.get(id) ?? 0);
}

function markOf(marks: SyncState['marks'], id: string): SampleMark {
  return marks.get(id) ?? { acknowledged: 0, refused: 0 };
}

function raiseMarks(
  marks: SyncState['marks'],
  patterns: readonly PatternData[],
  field: keyof SampleMark,
): SyncState['marks'] {
  const raised = new Map(marks);
  for (const { id, sampleCount } of patterns) {
    const mark = markOf(raised, id);
    raised.set(id, { ...mark, [field]: Math.max(mark[field], sampleCount) });
  }
  return raised;
}
