/** An entry of a log, and its place there. */
export interface LogRecord {
  /** 1, 2, 3, ... without gaps. */
  readonly sequence: number;
  readonly entry: Uint8Array;
}

/**
 * What happened to one partition, in order; it has one writer. A state is a checkpoint and what the log
 * holds behind it. Devices are shared out over 256 logical partitions by a hash of their key, for ever;
 * one machine may own them all, as the embedded engine does, in one log.
 */
export interface DeltaLog {
  /**
   * True where nobody else can write while it is open. Else every step is appended, also one that changes
   * nothing: only so does its owner know that no other one has come.
   */
  readonly isExclusive?: boolean;
  /** Of the newest entry; 0 before the first. Truncation does not change it. */
  lastSequence(): Promise<number>;
  /**
   * Adds entries, all of them or none, on the disk when it resolves. Where it rejects, it may have
   * happened all the same: the owner has to load again.
   * @param expectedLast the sequence that the owner believes to be the last.
   * @throws SyncError `version-conflict` where it is not: another owner has written.
   */
  append(entries: readonly Uint8Array[], expectedLast: number): Promise<void>;
  /** The entries behind a sequence that are not truncated, oldest first. */
  read(after: number): AsyncIterable<LogRecord>;
  /** Drops the entries up to a sequence, which a checkpoint covers. */
  truncate(through: number): Promise<void>;
}
