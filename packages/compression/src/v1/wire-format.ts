import type { GlobalPatterns, SyncDelta } from '@omega-tv/types';
import type { FittedBody } from './body-writer.js';
import type { EncodedGlobalPatterns } from './global-patterns-encoder.js';

/** A delta as sent. */
export type EncodedDelta = FittedBody;

/** How deltas and global patterns look on the wire: all that the HTTP layer needs to know. */
export interface WireFormat {
  /** Content type of both bodies. */
  readonly mediaType: string;
  /** Largest body of a delta, inclusive. */
  readonly maxRequestBytes: number;
  /** Largest body of global patterns, inclusive. */
  readonly maxResponseBytes: number;
  /**
   * Writes a delta, its embeddings as fine as fits; everything else is exact.
   * @throws SyncError `invalid-pattern` or `serialization` for a delta that breaks a rule,
   * `compression-limit` when it does not fit at the fidelity floor.
   */
  encodeDelta(delta: SyncDelta): Promise<EncodedDelta>;
  /**
   * Reads a delta from any bytes.
   * @throws SyncError `compression-limit`, `compression`, `serialization` or `invalid-pattern`.
   */
  decodeDelta(bytes: Uint8Array): Promise<SyncDelta>;
  /**
   * Splits a delta into as few as `encodeDelta` takes, in order. Each carries the same device,
   * version and timestamp; a delta without patterns stays one.
   * @throws SyncError as `encodeDelta`, where a single pattern does not fit.
   */
  splitDelta(delta: SyncDelta): Promise<readonly SyncDelta[]>;
  /**
   * Writes global patterns: trends first, then patterns, as many as fit.
   * @throws SyncError `invalid-pattern` or `serialization` for what breaks a rule.
   */
  encodeGlobalPatterns(globals: GlobalPatterns): Promise<EncodedGlobalPatterns>;
  /**
   * Reads global patterns from any bytes.
   * @throws SyncError `compression-limit`, `compression`, `serialization` or `invalid-pattern`.
   */
  decodeGlobalPatterns(bytes: Uint8Array): Promise<GlobalPatterns>;
}
