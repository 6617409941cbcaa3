import type { DeltaPosition } from './sync-delta.js';

/**
 * What became of a delta: counted now, counted before, or refused. A refusal is for good where it
 * took the delta's place (`lastSeq` is its seq or a later one); else nothing was decided of it.
 */
export const RECEIPT_OUTCOMES = ['applied', 'duplicate', 'refused'] as const;

export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number];

/** What became of one delta. */
export interface DeltaReceipt {
  /** The last sequence number decided in the epoch that the delta names; 0 for none. */
  readonly lastSeq: number;
  readonly outcome: ReceiptOutcome;
  /** First 64 bits of the SHA-256 of the content decided last, as 16 hexadecimal digits. */
  readonly digest: string;
}

/** How far a server has decided the deltas of one device. */
export interface Receipt extends DeltaReceipt {
  /** Drawn when the server's store was created or restored; 16 hexadecimal digits. */
  readonly serverEpoch: string;
  /** What the server knew before; absent from servers of the first release of v2. */
  readonly standing?: DeviceStanding;
  /** One for each delta of a batch, in order, up to the first that could not be decided. */
  readonly batch?: readonly DeltaReceipt[];
}

/** What a server knew of a device before the delta that it answers. */
export interface DeviceStanding {
  /** The position decided last, in the epoch that the delta names or else in the newest one. */
  readonly position?: DeltaPosition;
  /** Unix ms by the server's clock, as the answer was written. */
  readonly serverTimeMs: number;
}

/**
 * When a TV may come back, relative to the answer: it draws an instant in the window, so that a
 * fleet spreads out (pace steering; Bonawitz et al., "Towards Federated Learning at Scale", 2019).
 */
export interface SyncWindow {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Names the one content of a published version. */
export interface SnapshotReference {
  /** `global`, or a region. */
  readonly stream: string;
  readonly version: number;
  /** 16 hexadecimal digits. */
  readonly hash: string;
}

/** The stream of all TVs. */
export const GLOBAL_STREAM = 'global';
