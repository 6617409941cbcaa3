/** One step of a batch: a record is written, or goes. */
export type RecordOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** Keys from `gte` on and before `lt`, as bytes. */
export interface KeyRange {
  readonly gte?: Uint8Array;
  readonly lt?: Uint8Array;
}

/** What reads records. */
export interface RecordReader {
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** Keys and values in the order of the keys' bytes. */
  iterator(range: KeyRange): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>;
}

/**
 * Where records lie: the part of abstract-level's interface that they need, with keys and values
 * as bytes (encoding `view`). classic-level, memory-level and browser-level have it.
 */
export interface LevelDatabase extends RecordReader {
  open(): Promise<void>;
  /** Atomic; with `sync` it is on the disk when it resolves, where there is one. */
  batch(operations: RecordOperation[], options: { readonly sync: boolean }): Promise<void>;
  /** Rewrites what lies on the disk without what was deleted, while writes go on. Absent where there is no disk. */
  compact?(): Promise<void>;
  /** As `compact`, names of keys in its other files included; nothing else may run meanwhile. */
  rewrite?(): Promise<void>;
  close(): Promise<void>;
}
