/** Coordinates of an embedding in the v1 schema (all-MiniLM-L6-v2). */
export const V1_EMBEDDING_DIMENSION = 384;

/** Longest device id, pattern id, content id or genre, in characters. */
export const MAX_NAME_LENGTH = 1024;

/**
 * From here on a number rounds to an infinite 32-bit float: the middle between the largest finite
 * one and its successor (IEEE 754-2019 binary32).
 */
export const FLOAT32_OVERFLOW = 3.4028235677973366e38;

/** Integers above this are read as this: JSON numbers carry no more exactly (RFC 8259 section 6). */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** Patterns below these stay on the TV. */
export const QUALITY_THRESHOLD = { minSuccessRate: 0.7, minSampleCount: 10 } as const;

/** How long a trend may be used after it was calculated. */
export const TREND_FRESHNESS_MS = 24 * 60 * 60 * 1000;

/** Ids of patterns that a Constellation published start with this; nobody learns from them. */
export const PUBLISHED_ID_PREFIX = 'global:';
