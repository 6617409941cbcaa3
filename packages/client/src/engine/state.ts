import {
  SyncError,
  type Capability,
  type DeltaPosition,
  type GlobalPatterns,
  type PatternData,
  type PushedPattern,
  type ViewerFactors,
} from '@omega-tv/types';
import type { TitleHoldings } from '@omega-tv/compression';
import type { KeptWait } from '../loop/wait-memory.js';
import { doubted, type Merges, type SampleMarks } from './marks.js';

/** How a server tells what is new of a push: by its position, or by the counts of its patterns. */
export type CountsBy = 'position' | 'marks';

/** A push that was begun. Its content is frozen. */
export interface OutboxItem {
  /** Its place among the pushes of this TV; absent where the store is older than the position. */
  readonly position?: DeltaPosition;
  readonly countsBy: CountsBy;
  /** When it was begun, by this TV's clock; absent where the store is older. Unix ms. */
  readonly begunAtMs?: number;
  /** True where it says no more than a server by marks may have lost. */
  readonly isRepeat?: true;
  readonly patterns: readonly PushedPattern[];
  /** A title that was completed. */
  readonly report?: CompletionReport;
  /**
   * New samples by pattern id that it said before it was withdrawn: they count where the server had
   * taken it by then, and else they wait again.
   */
  readonly withdrawn?: SampleCounts;
}

/** New samples by pattern id. */
export type SampleCounts = readonly (readonly [id: string, newSamples: number])[];

/** A pattern that this TV learned. */
export interface LearnedPattern extends PatternData {
  /** Whose it is, where the host tells profiles apart. It never leaves the TV. */
  readonly profile?: string;
}

/** That a title was completed, and the viewer without it. */
export interface CompletionReport {
  readonly contentId: string;
  /** Absent where too little was watched before. */
  readonly viewerFactors?: ViewerFactors;
  /** For each way to score, whether it would have found the title; absent where that was not tried. */
  readonly hits?: readonly boolean[];
}

/** A title that was completed on this TV. */
export interface CompletedTitle {
  /** The first is 1. */
  readonly order: number;
  /**
   * `private`: it does not leave this TV. `waiting`: it is reported once its time has come.
   * `begun`: it is on its way. `reported`: never again.
   */
  readonly status: 'private' | 'waiting' | 'begun' | 'reported';
  /** When a waiting one may be reported, by this TV's clock. Unix ms. */
  readonly reportAtMs?: number;
  /** Who completed it, where the host tells profiles apart. It never leaves the TV. */
  readonly profiles?: readonly string[];
}

/** A push that was acknowledged by position: a server that is put back to a copy may lose it. */
export interface KeptItem {
  readonly position: DeltaPosition;
  /** When it was acknowledged, by the server's clock. Unix ms. */
  readonly atMs: number;
  /** New samples by pattern id. */
  readonly counts: SampleCounts;
  /** Absent where there is no more room for it: then what is lost of it stays lost. */
  readonly patterns?: readonly PushedPattern[];
  readonly report?: CompletionReport;
}

export interface DeadLetter {
  readonly patternId: string;
  readonly sampleCount: number;
  readonly reason: string;
}

/** The server that answered last in v2; it is known by its epoch, not by its URL. */
export interface KnownServer {
  readonly epoch: string;
  readonly capabilities: readonly Capability[];
}

/** Where the next push will stand. */
export interface NextPosition extends DeltaPosition {
  readonly countsBy: CountsBy;
}

export interface StateOwner {
  readonly deviceId: string;
  /** Where the Constellation lives that acknowledged. */
  readonly url: string;
}

/**
 * The durable state of a TV's exchanges. A value: each step makes another one, which shares with
 * the one before what did not change, so that a store can tell what it has to write.
 */
export interface SyncState {
  readonly lastVersion: number;
  readonly marks: SampleMarks;
  /** Near copies among the learned patterns; what they are part of is no copy itself. */
  readonly merges: Merges;
  /**
   * Pushes that were begun, in order. An answer may have been lost, so the same patterns go out
   * again until one arrives.
   */
  readonly outbox: readonly OutboxItem[];
  /** Acknowledged pushes, oldest first. */
  readonly kept: readonly KeptItem[];
  readonly deadLetters: readonly DeadLetter[];
  readonly snapshot: GlobalPatterns | undefined;
  /** The frame of the snapshot, where it came in one: both sides predict from it. */
  readonly frame?: Uint8Array;
  readonly server?: KnownServer;
  readonly next?: NextPosition;
  /** By content id. */
  readonly completed: ReadonlyMap<string, CompletedTitle>;
  /** Profiles that contribute nothing: a child's, say. */
  readonly privateProfiles: ReadonlySet<string>;
  /** What this TV holds of the server's list of titles. */
  readonly holdings: TitleHoldings;
  /** The wait that a server asked for: a restart does not end it. */
  readonly wait?: KeptWait;
  /** Whom the marks belong to; undefined before the first client. */
  readonly owner?: StateOwner;
}

export const emptySyncState: SyncState = {
  lastVersion: 0,
  marks: new Map(),
  merges: new Map(),
  outbox: [],
  kept: [],
  deadLetters: [],
  snapshot: undefined,
  completed: new Map(),
  privateProfiles: new Set(),
  holdings: {},
};

/** Draws 32 bits: the name of a device epoch. */
export type DrawEpoch = () => number;

/**
 * The state for a client of this device and Constellation. Another URL may be another server: in v2
 * its epoch will tell; with v1 what was counted is said again.
 * @throws SyncError `invalid-config` for another device: its samples would be counted twice.
 */
export function stateOwned(loaded: SyncState, owner: StateOwner, drawEpoch: DrawEpoch): SyncState {
  const { next = firstPosition(drawEpoch) } = loaded;
  const known = loaded.owner ?? owner;
  if (known.deviceId !== owner.deviceId) {
    throw new SyncError(
      'invalid-config',
      `The store belongs to the device "${known.deviceId}", not to "${owner.deviceId}"; give each device a store of its own`,
      { field: 'deviceId' },
    );
  }
  if (known.url !== owner.url) {
    const { frame: _, ...rest } = loaded;
    const marks = loaded.server === undefined ? doubted(loaded.marks) : loaded.marks;
    return { ...rest, next, owner, marks, lastVersion: 0 };
  }
  const isSame = loaded.next !== undefined && loaded.owner !== undefined;
  return isSame ? loaded : { ...loaded, next, owner };
}

function firstPosition(drawEpoch: DrawEpoch): NextPosition {
  return { deviceEpoch: drawEpoch(), seq: 1, countsBy: 'marks' };
}
