import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ClassicLevel, type BatchOperation } from 'classic-level';
import { SyncError } from '@omega-tv/types';
import { createFolder } from './create-folder.js';
import { CorruptStoreError, levelCode } from './open-or-set-aside.js';

export type WriteOperation = BatchOperation<ClassicLevel, string, string>;

/** A LevelDB folder whose writes take turns, are on the disk when they resolve, and may fail. */
export class DurableLevel {
  readonly #db: ClassicLevel;
  #turn: Promise<unknown> = Promise.resolve();
  /**
   * True after a failed write. It may have left half a record at the end of LevelDB's log, and what
   * is appended behind that is lost when the log is read; opening the folder again starts a new log.
   */
  #mustReopen = false;
  #isClosed = false;

  private constructor(db: ClassicLevel) {
    this.#db = db;
  }

  /**
   * Opens a folder, created where it does not exist.
   * @throws CorruptStoreError when its CURRENT is missing or names no file; else what LevelDB or
   * the file system throws.
   */
  static async open(directory: string): Promise<DurableLevel> {
    return new DurableLevel(await openLevel(directory));
  }

  /** All records from `gte` up to before `lt`, in the order of their keys. */
  entries(
    range: { readonly gte?: string; readonly lt?: string } = {},
  ): AsyncIterable<[string, string]> {
    return this.#db.iterator(range);
  }

  get(key: string): Promise<string | undefined> {
    return this.#db.get(key);
  }

  /**
   * Runs `prepare` when all writes before are done, writes what it returns in one step, then runs
   * `onWritten`, still before the next write.
   * @throws what `prepare` throws, or LevelDB when the write failed: then none of it counts.
   */
  write(prepare: () => readonly WriteOperation[], onWritten: () => void): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isClosed) throw closedError();
      if (this.#mustReopen) await this.#reopen();
      const operations = [...prepare()];
      this.#mustReopen = true;
      await this.#db.batch(operations, { sync: true });
      this.#mustReopen = false;
      onWritten();
    });
  }

  close(): Promise<void> {
    return this.#inTurn(() => {
      this.#isClosed = true;
      return this.#db.close();
    });
  }

  async #reopen(): Promise<void> {
    await this.#db.close();
    await this.#db.open();
    this.#mustReopen = false;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

function closedError(): SyncError<'invalid-config'> {
  const message = 'The store was closed; open it again to go on';
  return new SyncError('invalid-config', message, { field: 'store' });
}

/**
 * LevelDB would begin a new store where CURRENT is missing and remove the old one's files, and it
 * does not count a CURRENT that names no file as corruption.
 */
async function openLevel(directory: string): Promise<ClassicLevel> {
  const files = await readdir(directory).catch((): string[] => []);
  const isStore = files.some((name) => /^(MANIFEST-\d+|\d{6,}\.(ldb|log|sst))$/.test(name));
  await createFolder(directory);
  const db = new ClassicLevel(directory, { createIfMissing: !isStore });
  try {
    await db.open();
    return db;
  } catch (cause) {
    if (!isStore || levelCode(cause) === 'LEVEL_LOCKED') throw cause;
    const current = await readFile(path.join(directory, 'CURRENT'), 'utf8').catch(() => '');
    if (files.includes(current.trimEnd())) throw cause;
    throw new CorruptStoreError('CURRENT names no file of the store', { cause });
  }
}
