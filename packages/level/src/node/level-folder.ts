import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ClassicLevel } from 'classic-level';
import { SyncError } from '@omega-tv/types';
import { CorruptStoreError } from '../corrupt-store-error.js';
import type { KeyRange, LevelDatabase, RecordOperation } from '../database.js';
import { lostWritesRecord } from '../lost-writes.js';
import { reasonOf } from '../reason.js';
import { StoreInUseError } from '../store-in-use-error.js';
import { createFolder, OWNER_ONLY } from './folder/create-folder.js';
import { loadClassicLevel } from './load-classic-level.js';

const STORE_FILE = /^(MANIFEST-\d+|\d{6,}\.(ldb|log|sst))$/;

/** Where LevelDB says that it threw a part of its log away. */
const LOST_WRITES = /\(ignoring error\) (.+)/;
/** Written once that was found, for the next opening clears LevelDB's own file. */
const DAMAGE_KEY = new TextEncoder().encode('damage');

/** All keys are text, and lie between. */
const FIRST_KEY = Uint8Array.of();
const LAST_KEY = Uint8Array.of(255);

export interface LevelFolderOptions {
  readonly directory: string;
  readonly createIfMissing: boolean;
}

/** A folder of LevelDB. */
export class LevelFolder implements LevelDatabase {
  readonly #options: LevelFolderOptions;
  #db: ClassicLevel<Uint8Array, Uint8Array> | undefined;

  constructor(options: LevelFolderOptions) {
    this.#options = options;
  }

  /**
   * @throws SyncError `invalid-config` where it is open elsewhere, or missing and not to be created, or
   * LevelDB is missing;
   * CorruptStoreError where LevelDB cannot read it; else what LevelDB or the file system throws.
   */
  async open(): Promise<void> {
    const { directory, createIfMissing } = this.#options;
    const Database = await loadClassicLevel();
    const files = await readdir(directory).catch((): string[] => []);
    const isStore = files.some((name) => STORE_FILE.test(name));
    if (!isStore) {
      if (!createIfMissing) throw missing(directory);
      await createFolder(directory, OWNER_ONLY);
    }
    const db = new Database<Uint8Array, Uint8Array>(directory, {
      // LevelDB would begin a new store where CURRENT is missing, and remove the old one's files.
      createIfMissing: !isStore,
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    try {
      await db.open();
    } catch (cause) {
      throw await openError(directory, isStore ? files : undefined, cause);
    }
    this.#db = db;
  }

  /** Read at once: a thread's turn costs many times what a record does that lies in memory. */
  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws, it rejects with
  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#opened().getSync(key);
  }

  iterator(range: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    return this.#opened().iterator(range);
  }

  batch(operations: RecordOperation[], options: { readonly sync: boolean }): Promise<void> {
    return this.#opened().batch(operations, options);
  }

  /**
   * What was removed lies on in logs and tables until these are merged, and the names of their first
   * and last keys in MANIFEST and LOG, which begin anew at an opening, the latter after a second one.
   */
  async rewrite(): Promise<void> {
    const db = this.#opened();
    // Out of the log, so that no older form of a record lies beside a newer one in one table.
    await db.compactRange(FIRST_KEY, LAST_KEY);
    const operations: RecordOperation[] = [];
    for await (const [key, value] of db.iterator()) operations.push({ type: 'put', key, value });
    await db.batch(operations, { sync: true });
    await db.compactRange(FIRST_KEY, LAST_KEY);
    for (let opening = 0; opening < 2; opening += 1) {
      await db.close();
      await db.open();
    }
  }

  /**
   * LevelDB never merges a table that lies lowest with nothing above it, though it may hold records and
   * their deletions alike. So what is in memory is written out, then a table that spans all keys is laid
   * above, and merged down through all levels.
   */
  async compact(): Promise<void> {
    const db = this.#opened();
    await db.compactRange(FIRST_KEY, LAST_KEY);
    const value = new Uint8Array();
    await db.batch([FIRST_KEY, LAST_KEY].map((key) => ({ type: 'put', key, value })));
    await db.compactRange(FIRST_KEY, LAST_KEY);
  }

  async close(): Promise<void> {
    await this.#db?.close();
  }

  /**
   * What LevelDB said when it threw writes away: it skips the blocks of its log that do not match
   * their checksum, and says so in its file LOG alone. Undefined where it did not, at this opening.
   */
  async lostWrites(): Promise<string | undefined> {
    const log = await readFile(path.join(this.#options.directory, 'LOG'), 'utf8');
    return LOST_WRITES.exec(log)?.[1];
  }

  /**
   * Refuses a store from which writes are missing.
   * @throws CorruptStoreError where they are, since this opening or an earlier one.
   */
  async refuseLostWrites(): Promise<void> {
    const db = this.#opened();
    const damage = await this.lostWrites();
    if (damage !== undefined) {
      await db.put(DAMAGE_KEY, new TextEncoder().encode(damage), { sync: true });
    }
    const known = await db.get(DAMAGE_KEY);
    if (known === undefined) return;
    throw new CorruptStoreError(`it was damaged: ${new TextDecoder().decode(known)}`);
  }

  /** Leaves a record where writes are missing, for the next owner who can do something about it. */
  async markLostWrites(): Promise<void> {
    const damage = await this.lostWrites();
    if (damage === undefined) return;
    await this.#opened().batch([lostWritesRecord.put(damage)], { sync: true });
  }

  #opened(): ClassicLevel<Uint8Array, Uint8Array> {
    if (this.#db === undefined) throw new Error('the folder is not open');
    return this.#db;
  }
}

/** @param files of the store; undefined where there was none. */
async function openError(
  directory: string,
  files: readonly string[] | undefined,
  cause: unknown,
): Promise<unknown> {
  const code = codeOfCause(cause);
  if (code === 'LEVEL_LOCKED') return inUse(directory, cause);
  if (code === 'LEVEL_CORRUPTION') return new CorruptStoreError(reasonOf(cause), { cause });
  if (files === undefined) return cause;
  // LevelDB does not count a CURRENT that names no file as corruption.
  const current = await readFile(path.join(directory, 'CURRENT'), 'utf8').catch(() => '');
  if (files.includes(current.trimEnd())) return cause;
  return new CorruptStoreError('CURRENT names no file of the store', { cause });
}

/** abstract-level wraps what LevelDB said as the cause. */
function codeOfCause(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return (cause as { code?: unknown } | undefined)?.code;
}

function inUse(directory: string, cause: unknown): StoreInUseError {
  return new StoreInUseError(
    `The store ${directory} is in use by another process; stop it or choose another folder`,
    'directory',
    { cause },
  );
}

function missing(directory: string): SyncError<'invalid-config'> {
  return invalid(`The store ${directory} holds no store; check its name, or choose another folder`);
}

function invalid(message: string): SyncError<'invalid-config'> {
  return new SyncError('invalid-config', message, { field: 'directory' });
}
