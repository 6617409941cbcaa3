/** What became of a delta: counted now, counted before, or refused for good. */
export const RECEIPT_OUTCOMES = ['applied', 'duplicate', 'refused'] as const;

export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number];

/** How far a server has decided the deltas of one device. */
export interface Receipt {
  /** Drawn when the server's store was created or restored; 16 hexadecimal digits. */
  readonly serverEpoch: string;
  /** The last sequence number decided in the device's epoch. */
  readonly lastSeq: number;
  readonly outcome: ReceiptOutcome;
  /** First 64 bits of the SHA-256 of the last delta's content, as 16 hexadecimal digits. */
  readonly digest: string;
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
