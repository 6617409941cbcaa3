import type {
  Capability,
  GlobalPatterns,
  Receipt,
  SnapshotReference,
  SyncDelta,
  SyncWindow,
} from '@omega-tv/types';
import type { BudgetTier } from './v2/budget-tiers.js';
import type { Snapshot } from './v2/snapshot.js';

/** How near the embeddings of a message are to the exact ones. */
export interface Fidelity {
  /** Mean over the patterns of the cosine between the embedding sent and the exact one. */
  readonly meanCosine: number;
  readonly minCosine: number;
}

/** A delta as sent. */
export interface EncodedDelta {
  readonly bytes: Uint8Array;
  readonly fidelity: Fidelity;
}

/** A part of a delta, and the message that carries it. */
export interface FittedDelta extends EncodedDelta {
  readonly part: SyncDelta;
}

/** What a TV knows when it pushes; v1 has no use for it. */
export interface PushContext {
  /** The snapshot that the TV holds: embeddings are predicted from it. */
  readonly base?: Snapshot;
  /** How many bytes a message may have. Default: normal. */
  readonly tier?: BudgetTier;
}

/** A server's answer to a delta. */
export interface Answer {
  /** Absent where the TV holds the newest, or asked for the receipt alone. */
  readonly globals?: GlobalPatterns;
  /** The rest is v2 only. */
  readonly snapshot?: Snapshot;
  /** Why a snapshot in the answer could not be used; the receipt counts all the same. */
  readonly snapshotError?: unknown;
  readonly receipt?: Receipt;
  readonly window?: SyncWindow;
  /** The newest version. */
  readonly current?: SnapshotReference;
  /** What the server can do; absent from those of the first release of v2. */
  readonly capabilities?: readonly Capability[];
  /** Parts of the server's list of titles that the TV lacks: the payload of `receiveTitles`. */
  readonly titles?: Uint8Array;
}

/** How a TV's deltas and a server's answers look on the wire: all that the HTTP layer needs. */
export interface ClientFormat {
  readonly protocolVersion: 1 | 2;
  /** Content type of a delta. */
  readonly mediaType: string;
  /** What answers this side reads, as an Accept header. */
  readonly accept: string;
  /** Largest body of a delta, inclusive. */
  readonly maxRequestBytes: number;
  /** Largest body of an answer, inclusive. */
  readonly maxResponseBytes: number;
  /**
   * Writes a delta, its embeddings as fine as fits; everything else is exact.
   * @throws SyncError `invalid-pattern` or `serialization` for a delta that breaks a rule,
   * `compression-limit` when it does not fit at the fidelity floor.
   */
  encodeDelta(delta: SyncDelta, context?: PushContext): Promise<EncodedDelta>;
  /**
   * Splits a delta into as few as `encodeDelta` takes, in order. Each carries the same device,
   * version and timestamp; a delta without patterns stays one.
   * @throws SyncError as `encodeDelta`, where a single pattern does not fit.
   */
  splitDelta(delta: SyncDelta, context?: PushContext): Promise<readonly SyncDelta[]>;
  /**
   * As many of a delta's patterns, from the first on, as one message takes, and that message.
   * @throws SyncError as `encodeDelta`, where the first pattern does not fit.
   */
  fitDelta(delta: SyncDelta, context?: PushContext): Promise<FittedDelta>;
  /**
   * Puts messages of one device into one body, in order; absent where the format has no such body.
   * @throws SyncError `compression-limit` for too many, or too much.
   */
  readonly joinDeltas?: (messages: readonly Uint8Array[]) => Uint8Array;
  /**
   * Reads an answer from any bytes.
   * @param base the snapshot that the delta named.
   * @throws SyncError `compression-limit`, `compression`, `serialization`, `protocol` or
   * `invalid-pattern`.
   */
  decodeAnswer(bytes: Uint8Array, base?: Snapshot): Promise<Answer>;
  /**
   * Reads a snapshot that came without an answer: from a cache, or from this TV's own disk. v1 has
   * none.
   * @throws SyncError as `decodeAnswer`, and `version-conflict` for a diff to another base.
   */
  readonly decodeSnapshot?: (bytes: Uint8Array, base?: Snapshot) => ReadSnapshot;
}

/** A snapshot, and what a host sees of it: its trends bear the content ids that this TV knows. */
export interface ReadSnapshot {
  readonly snapshot: Snapshot;
  readonly globals: GlobalPatterns;
}
