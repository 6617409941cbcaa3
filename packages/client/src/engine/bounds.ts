/** Patterns of all deltas of one body: a server refuses more, or lets them wait (rule 11.11). */
export const MAX_DELTA_PATTERNS = 64;
