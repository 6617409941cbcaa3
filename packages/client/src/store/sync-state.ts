import {
  meetsSyncThreshold,
  SyncError,
  type DeltaPosition,
  type GlobalPatterns,
  type PatternData,
  type PushedPattern,
} from '@omega-tv/types';
import { findMerges, mergedPatterns, type Merge } from './near-copies.js';

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

/** A push that was begun. Its content is frozen. */
export interface OutboxItem {
  /** Its place among the pushes of this TV; absent where the store is older than the position. */
  readonly position?: DeltaPosition;
  readonly patterns: readonly PushedPattern[];
}

/** The durable state of a TV's exchanges, one record. */
export interface SyncState {
  readonly lastVersion: number;
  readonly marks: ReadonlyMap<string, SampleMark>;
  /**
   * Pushes that were begun, in order. An answer may have been lost, so the same patterns go out
   * again until one arrives.
   */
  readonly outbox: readonly OutboxItem[];
  readonly deadLetters: readonly DeadLetter[];
  readonly snapshot: GlobalPatterns | undefined;
  /** The frame of the snapshot, where it came in one: both sides predict from it. */
  readonly frame?: Uint8Array;
  /** The epoch of the server that acknowledged in v2 last. */
  readonly serverEpoch?: string;
  /** Where the next push will stand. */
  readonly next?: DeltaPosition;
  /** Near copies among the learned patterns, by id. */
  readonly merges: ReadonlyMap<string, Merge>;
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
  merges: new Map(),
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
 * @param drawEpoch draws 32 bits; called where the state has no position yet.
 * @throws SyncError `invalid-config` for another device: its samples would be counted twice.
 */
export function stateOwned(
  loaded: SyncState,
  owner: StateOwner,
  drawEpoch: () => number,
): SyncState {
  const state =
    loaded.next === undefined ? { ...loaded, next: { deviceEpoch: drawEpoch(), seq: 1 } } : loaded;
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
  const { frame: _, serverEpoch: __, ...rest } = state;
  return { ...rest, owner, lastVersion: 0, marks: forgetAcknowledged(state.marks) };
}

/** Near copies that are not merged yet are from now on; the same object where there are none. */
export function copiesMerged(state: SyncState, learned: readonly PatternData[]): SyncState {
  const begun = begunCounts(state);
  const merges = findMerges(learned, state.merges, (id) => settledCount(state, begun, id));
  return merges === state.merges ? state : { ...state, merges };
}

/** What a next push has to say of the learned patterns, in their order. */
export function pendingPatterns(
  state: SyncState,
  learned: readonly PatternData[],
): readonly PushedPattern[] {
  const begun = begunCounts(state);
  return mergedPatterns(learned, state.merges)
    .filter(isPending(state))
    .map((pattern) => ({
      ...pattern,
      newSamples: pattern.sampleCount - settledCount(state, begun, pattern.id),
    }));
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
export function pushBegun(state: SyncState, patterns: readonly PushedPattern[]): SyncState {
  return withItems(state, state.outbox, [patterns]);
}

/** The state with further pushes in its outbox, behind `before`. */
function withItems(
  state: SyncState,
  before: readonly OutboxItem[],
  pushes: readonly (readonly PushedPattern[])[],
  after: readonly OutboxItem[] = [],
): SyncState {
  const { next } = state;
  if (next === undefined) {
    return { ...state, outbox: [...before, ...pushes.map((patterns) => ({ patterns })), ...after] };
  }
  const { deviceEpoch, seq } = next;
  const items = pushes.map((patterns, i) => ({
    position: { deviceEpoch, seq: seq + i },
    patterns,
  }));
  const advanced = { deviceEpoch, seq: seq + items.length };
  return { ...state, next: advanced, outbox: [...before, ...items, ...after] };
}

/** What an answer brought: nothing but the acknowledgement where the TV holds the newest. */
export interface AdoptedAnswer {
  readonly globals?: GlobalPatterns;
  readonly frame?: Uint8Array;
  readonly serverEpoch?: string;
  /** True where the server no longer has what it had published: its newest version is lower, or another. */
  readonly hasLost?: boolean;
}

/** The first push of the outbox was acknowledged with this answer. */
export function pushAcknowledged(state: SyncState, answer: AdoptedAnswer): SyncState {
  const { marks, ...adopted } = answerAdopted(state, answer);
  const [first, ...outbox] = adopted.outbox;
  return { ...adopted, outbox, marks: raiseMarks(marks, first?.patterns ?? [], 'acknowledged') };
}

/**
 * Takes an answer's version and global patterns. A lower version than before, or another epoch, is
 * that of a server that lost what it had acknowledged (a restored backup, an empty store). Since
 * counts are cumulative it is enough to push everything again: what it still has counts nothing
 * there.
 */
export function answerAdopted(
  state: SyncState,
  { globals, frame, serverEpoch, hasLost = false }: AdoptedAnswer,
): SyncState {
  const isOlder = globals !== undefined && globals.version < state.lastVersion;
  const isOther =
    serverEpoch !== undefined &&
    state.serverEpoch !== undefined &&
    serverEpoch !== state.serverEpoch;
  const isLost = isOlder || isOther || hasLost;
  const marks = isLost ? forgetAcknowledged(state.marks) : state.marks;
  const { frame: held, ...rest } = state;
  const kept = globals !== undefined ? frame : isLost ? undefined : held;
  return {
    ...rest,
    marks,
    ...(isLost ? { lastVersion: 0 } : {}),
    ...(globals === undefined ? {} : { lastVersion: globals.version, snapshot: globals }),
    ...(kept === undefined ? {} : { frame: kept }),
    ...(serverEpoch === undefined ? {} : { serverEpoch }),
  };
}

/** Without the frame: the next answer brings the whole snapshot. */
export function frameDropped(state: SyncState): SyncState {
  const { frame: _, ...rest } = state;
  return rest;
}

function forgetAcknowledged(marks: SyncState['marks']): SyncState['marks'] {
  return new Map(Array.from(marks, ([id, { refused }]) => [id, { acknowledged: 0, refused }]));
}

/**
 * The first push of the outbox was refused for good. One of several patterns may be the cause, so
 * each goes out alone; a pattern that was refused alone becomes a dead letter.
 */
export function pushRefused(state: SyncState, reason: string): SyncState {
  const [first, ...outbox] = state.outbox;
  const patterns = first?.patterns ?? [];
  const [pattern] = patterns;
  if (pattern === undefined) return { ...state, outbox };
  if (patterns.length > 1) {
    return withItems(
      state,
      [],
      patterns.map((one) => [one]),
      outbox,
    );
  }
  const letter = { patternId: pattern.id, sampleCount: pattern.sampleCount, reason };
  return {
    ...state,
    outbox,
    marks: raiseMarks(state.marks, patterns, 'refused'),
    deadLetters: [...state.deadLetters, letter].slice(-MAX_DEAD_LETTERS),
  };
}

/** Accounts for every learned sample. */
export function sampleBooks(state: SyncState, learned: readonly PatternData[]): SampleBooks {
  const begun = begunCounts(state);
  const pending = isPending(state);
  const books = { learned: 0, acknowledged: 0, waiting: 0, withheld: 0, deadLettered: 0 };
  for (const pattern of mergedPatterns(learned, state.merges)) {
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
  for (const { patterns } of outbox) {
    for (const { id, sampleCount } of patterns) counts.set(id, sampleCount);
  }
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
