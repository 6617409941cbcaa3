/** Patterns of all deltas of one body: a server refuses more, or lets them wait (rule 11.11). */
export const MAX_DELTA_PATTERNS = 64;

/** Patterns of begun pushes, about: 256 KiB of embeddings. What waits behind them is coalesced. */
export const MAX_BEGUN_PATTERNS = 168;
