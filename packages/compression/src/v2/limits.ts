import { MAX_NAME_LENGTH } from '@omega-tv/types';

/** What a v2 frame may hold. All caps are inclusive, and checked before memory is taken. */
export const V2_LIMITS = {
  /** A delta, or a batch of them. */
  maxRequestBytes: 16_384,
  maxBatchFrames: 32,
  /** An answer, a snapshot or a diff. */
  maxResponseBytes: 65_536,
  maxPatterns: 1024,
  maxTrends: 4096,
  maxEngagements: 1024,
  /** Embeddings of a snapshot, those that were replaced included. */
  maxVectors: 4096,
} as const;

/** A name of the longest kind, in UTF-8. */
export const MAX_NAME_BYTES = 3 * MAX_NAME_LENGTH;
