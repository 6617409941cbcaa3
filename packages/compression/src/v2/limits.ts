/** What a v2 frame may hold. All caps are inclusive, and checked before memory is taken. */
export const V2_LIMITS = {
  /** A delta, or a batch of them. */
  maxRequestBytes: 16_384,
  maxBatchFrames: 32,
  /** Of a delta, or of all deltas of a batch: an embedding can cost next to no bits, but not no time. */
  maxRequestPatterns: 512,
  maxEngagements: 1024,
  /** An answer, a snapshot or a diff. */
  maxResponseBytes: 65_536,
  /** Of a snapshot. */
  maxPatterns: 1024,
  maxTrends: 4096,
  /** Embeddings of a snapshot, those that were replaced included, and the layers they lie in. */
  maxVectors: 4096,
  maxLayers: 64,
  /** Names that a section spells out, as UTF-8: repeated letters cost next to no bits either. */
  maxTextBytes: 65_536,
} as const;
