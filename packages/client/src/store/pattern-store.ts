import type { LearnedPattern, SyncState } from '../engine/state.js';

/** Where a pattern came from; only what this TV learned is ever pushed. */
export type PatternOrigin = 'learned' | 'published';

/** A pattern in a TV's store. */
export interface Skill extends LearnedPattern {
  readonly origin: PatternOrigin;
}

/**
 * The TV's patterns and the state of its exchanges. Each method is one atomic, durable step:
 * after a crash its effect is there whole or not at all.
 */
export interface PatternStore {
  /**
   * Up to `limit` patterns of the given origin (default: both), the strongest (success rate x
   * samples) first, ties by id. Published ones are those of the last snapshot.
   */
  skillList(limit: number, origin?: PatternOrigin): Promise<readonly Skill[]>;

  /**
   * Inserts or replaces learned patterns, all in one step.
   * @throws SyncError `invalid-pattern` when one breaks a rule of `validatePatternData`, bears a
   * published id, or its sample count is lower than the stored one.
   */
  skillStore(...patterns: readonly LearnedPattern[]): Promise<void>;

  loadSyncState(): Promise<SyncState>;
  saveSyncState(state: SyncState): Promise<void>;

  /**
   * Removes learned patterns and replaces the state, in one step, and so that no byte of what is gone
   * is left where the store lies.
   */
  erase(ids: readonly string[], state: SyncState): Promise<void>;

  /** Bytes of keys and values that it has written since it was opened; absent where it does not count. */
  readonly written?: { readonly bytes: number };

  /** Releases what the store holds; the last call. */
  close(): Promise<void>;
}
