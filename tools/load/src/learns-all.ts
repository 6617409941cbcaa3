/**
 * Of servers under load. Whatever a TV brings is learned, however often it comes: else its patterns are soon
 * only counted, which costs less than those of the many TVs that it stands for.
 */
export const LEARNS_ALL = { maxSamplesPerHalfLife: Number.MAX_SAFE_INTEGER };
