/** What a v1 body may weigh. All caps are inclusive: a body of exactly this many bytes passes. */
export const V1_LIMITS = {
  /** A delta as sent. */
  maxRequestBytes: 2048,
  /** Global patterns as sent. */
  maxResponseBytes: 10_240,
  /** The JSON that a delta expands to. */
  maxRequestJsonBytes: 256 * 1024,
  /** The JSON that global patterns expand to. */
  maxResponseJsonBytes: 1024 * 1024,
} as const;

/** The two caps of one direction. */
export interface BodyLimits {
  readonly wireBytes: number;
  readonly jsonBytes: number;
}

export const REQUEST_LIMITS: BodyLimits = {
  wireBytes: V1_LIMITS.maxRequestBytes,
  jsonBytes: V1_LIMITS.maxRequestJsonBytes,
};

export const RESPONSE_LIMITS: BodyLimits = {
  wireBytes: V1_LIMITS.maxResponseBytes,
  jsonBytes: V1_LIMITS.maxResponseJsonBytes,
};
