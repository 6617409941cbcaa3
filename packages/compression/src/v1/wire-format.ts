import type { GlobalPatterns, SyncDelta } from '@omega-tv/types';
import type { ClientFormat } from '../client-format.js';
import type { FittedBody } from './body-writer.js';
import type { EncodedGlobalPatterns } from './global-patterns-encoder.js';

/** The v1 wire format, both sides of it. */
export interface WireFormat extends ClientFormat {
  encodeDelta(delta: SyncDelta): Promise<FittedBody>;
  /**
   * Reads a delta from any bytes.
   * @param maxPatterns of one with more nothing is looked at. Default: all are read.
   * @throws SyncError `compression-limit`, `compression`, `serialization` or `invalid-pattern`.
   */
  decodeDelta(bytes: Uint8Array, maxPatterns?: number): Promise<SyncDelta>;
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
