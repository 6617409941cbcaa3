import { SyncError } from '@omega-tv/types';
import type { KeyRange, LevelDatabase, RecordOperation, RecordReader } from './database.js';
import { openingReader } from './opening-reader.js';
import { findLayout, migrateStore, type StoreLayout } from './store-layout.js';

export interface RecordsSource {
  /** For messages: its folder, as a rule. */
  readonly name: string;
  /** Not open yet; with keys and values as bytes. */
  readonly database: LevelDatabase;
  /**
   * Runs after each opening, once it is known that the store is of the expected kind.
   * @throws what keeps it from being used.
   */
  readonly verify?: () => Promise<void>;
}

/** What was handed to the database, its own overhead not counted. */
export interface WrittenCount {
  readonly batches: number;
  /** Of keys and values. */
  readonly bytes: number;
}

/** A store of records whose writes take turns, are durable when they resolve, and may fail. */
export class DurableRecords implements RecordReader {
  readonly #source: RecordsSource;
  #turn: Promise<unknown> = Promise.resolve();
  /**
   * True after a failed write. It may have left half a record at the end of LevelDB's log, and what
   * is appended behind that is lost when the log is read; opening the database again starts a new
   * log.
   */
  #mustReopen = false;
  #isClosed = false;
  #written: WrittenCount = { batches: 0, bytes: 0 };

  private constructor(source: RecordsSource) {
    this.#source = source;
  }

  /**
   * Opens a database as the store that `layout` describes: marks it where it is empty, and brings
   * older layouts up to it.
   * @throws SyncError `invalid-config` for a store of another kind or a newer layout;
   * CorruptStoreError where a record cannot be read; else what the database throws.
   */
  static async open(source: RecordsSource, layout: StoreLayout): Promise<DurableRecords> {
    const { database, name, verify } = source;
    const records = new DurableRecords(source);
    await database.open();
    try {
      const reader = openingReader(database);
      const found = await findLayout(reader, layout, name);
      await verify?.();
      await migrateStore(reader, layout, found, (operations) => records.#batch(operations));
    } catch (error) {
      await database.close();
      throw error;
    }
    return records;
  }

  /** Since the store was opened. */
  get written(): WrittenCount {
    return this.#written;
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#source.database.get(key);
  }

  iterator(range: KeyRange): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]> {
    return this.#source.database.iterator(range);
  }

  /** Reads what is durable, when all writes before are done. */
  read<Type>(work: (reader: RecordReader) => Promise<Type>): Promise<Type> {
    return this.#inTurn(() => work(this.#source.database));
  }

  /**
   * Runs `prepare` when all writes before are done, writes what it returns in one step, then runs
   * `onWritten`, still before the next write.
   * @throws what `prepare` throws, or the database when the write failed: then none of it counts.
   */
  write(prepare: () => readonly RecordOperation[], onWritten?: () => void): Promise<void> {
    return this.#inTurn(async () => {
      await this.#batch(prepare());
      onWritten?.();
    });
  }

  /**
   * As `write`, and leaves no byte of what is removed or replaced in the database's files. Dear: all
   * of them are written anew.
   */
  erase(prepare: () => readonly RecordOperation[], onWritten?: () => void): Promise<void> {
    return this.#inTurn(async () => {
      await this.#batch(prepare());
      onWritten?.();
      await this.#source.database.rewrite?.();
    });
  }

  /**
   * When it resolves, no file holds what was deleted or replaced before. Writes go on meanwhile.
   * @throws what the database throws; what is stored is as it was.
   */
  async compact(): Promise<void> {
    await this.#turn;
    if (!this.#isClosed) await this.#source.database.compact?.();
  }

  /** The last call; what was begun before is finished. */
  close(): Promise<void> {
    const closed = this.#turn.then(() => {
      this.#isClosed = true;
      return this.#source.database.close();
    });
    this.#turn = closed.catch(() => undefined);
    return closed;
  }

  async #batch(operations: readonly RecordOperation[]): Promise<void> {
    if (operations.length === 0) return;
    this.#mustReopen = true;
    await this.#source.database.batch([...operations], { sync: true });
    this.#mustReopen = false;
    const { batches, bytes } = this.#written;
    this.#written = { batches: batches + 1, bytes: bytes + bytesOf(operations) };
  }

  #inTurn<Type>(work: () => Promise<Type>): Promise<Type> {
    const done = this.#turn.then(async () => {
      if (this.#isClosed) throw closedError();
      if (this.#mustReopen) await this.#reopen();
      return work();
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #reopen(): Promise<void> {
    await this.#source.database.close();
    await this.#source.database.open();
    await this.#source.verify?.();
    this.#mustReopen = false;
  }
}

function bytesOf(operations: readonly RecordOperation[]): number {
  return operations.reduce(
    (sum, operation) =>
      sum + operation.key.length + (operation.type === 'put' ? operation.value.length : 0),
    0,
  );
}

function closedError(): SyncError<'invalid-config'> {
  const message = 'The store was closed; open it again to go on';
  return new SyncError('invalid-config', message, { field: 'store' });
}
