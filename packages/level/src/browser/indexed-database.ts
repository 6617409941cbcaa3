import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import type { KeyRange, LevelDatabase, RecordOperation } from '../database.js';
import { StoreInUseError } from '../store-in-use-error.js';
import { TabPresence } from './tab-presence.js';

const STORE = 'records';
/** A text, unlike all records' keys, which lie behind it: IndexedDB orders bytes after texts. */
const LEASE_KEY = 'lease';
const FIRST_KEY = new Uint8Array(1);
/** Records that one step of an iteration reads. */
const PAGE = 256;

/** Who may write: the holder with this number, and nobody any more once `isHeld` is false. */
interface Lease {
  readonly holder: number;
  readonly isHeld: boolean;
}

interface Schema extends DBSchema {
  [STORE]: { key: Uint8Array<ArrayBuffer> | typeof LEASE_KEY; value: Uint8Array | Lease };
}

type Writing = IDBPTransaction<Schema, [typeof STORE], 'readwrite'>;

/**
 * A database of a page. One page of the origin holds it; each batch checks in its own transaction
 * that this still is so, so that a page which was frozen, lost the database to another and wakes
 * up writes nothing.
 */
export class IndexedDatabase implements LevelDatabase {
  readonly name: string;
  #db: IDBPDatabase<Schema> | undefined;
  #presence: TabPresence | undefined;
  /** The number of this object's lease; it never takes the database from another holder again. */
  #holder: number | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /**
   * Opens the database and takes the lease, unless its holder lives.
   * @throws StoreInUseError where another page holds it; else what IndexedDB throws.
   */
  async open(): Promise<void> {
    const db = await openRaw(this.name);
    const presence = new TabPresence(`omega-tv-store-${this.name}`);
    try {
      this.#holder = await this.#takeLease(db, presence);
    } catch (error) {
      presence.close();
      db.close();
      throw error;
    }
    presence.answerFor(this.#holder);
    this.#db = db;
    this.#presence = presence;
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return toRecord(await this.#opened().get(STORE, owned(key)));
  }

  async *iterator({ gte = FIRST_KEY, lt }: KeyRange) {
    let range = rangeOf(gte, lt, false);
    for (;;) {
      const transaction = this.#opened().transaction(STORE);
      const [keys, values] = await Promise.all([
        transaction.store.getAllKeys(range, PAGE),
        transaction.store.getAll(range, PAGE),
      ]);
      for (const [i, key] of keys.entries()) {
        const value = toRecord(values[i]);
        if (value !== undefined) yield [toBytes(key), value] as const;
      }
      const last = keys[PAGE - 1];
      if (last === undefined) return;
      range = rangeOf(toBytes(last), lt, true);
    }
  }

  async batch(operations: RecordOperation[]): Promise<void> {
    const transaction = beginWriting(this.#opened());
    const { store } = transaction;
    const lease = await readLease(transaction);
    if (!lease.isHeld || lease.holder !== this.#holder) {
      transaction.abort();
      await transaction.done.catch(() => undefined);
      throw inUse(this.name);
    }
    for (const operation of operations) {
      const request =
        operation.type === 'put'
          ? store.put(operation.value, owned(operation.key))
          : store.delete(owned(operation.key));
      // The transaction says why it failed; its requests only that they were aborted.
      request.catch(() => undefined);
    }
    await transaction.done;
  }

  /** Gives the database up, so that another page has not to ask whether this one lives. */
  async close(): Promise<void> {
    const db = this.#db;
    if (db === undefined) return;
    this.#db = undefined;
    try {
      const transaction = beginWriting(db);
      const lease = await readLease(transaction);
      if (lease.holder === this.#holder) {
        await transaction.store.put({ ...lease, isHeld: false }, LEASE_KEY);
      }
      await transaction.done;
    } catch {
      // The next holder will ask, and get no answer.
    } finally {
      this.#presence?.close();
      db.close();
    }
  }

  /**
   * An object that held the database before takes it again only if nobody did meanwhile: what it
   * knows of the records would be outdated.
   */
  async #takeLease(db: IDBPDatabase<Schema>, presence: TabPresence): Promise<number> {
    const before = await readLease(beginReading(db));
    const isMine = before.holder === this.#holder;
    if (this.#holder !== undefined && !isMine) throw inUse(this.name);
    if (before.isHeld && !isMine && (await presence.isAlive(before.holder))) {
      throw inUse(this.name);
    }
    const transaction = beginWriting(db);
    const now = await readLease(transaction);
    const holder = now.holder + 1;
    const isUnchanged = now.holder === before.holder;
    if (isUnchanged) {
      presence.answerFor(holder);
      await transaction.store.put({ holder, isHeld: true }, LEASE_KEY);
    }
    await transaction.done;
    if (!isUnchanged) throw inUse(this.name);
    return holder;
  }

  #opened(): IDBPDatabase<Schema> {
    if (this.#db === undefined) throw new Error('the database is not open');
    return this.#db;
  }
}

/** Moves all records of a database to another, which must not exist. */
export async function moveRecords(from: string, to: string): Promise<void> {
  const source = new IndexedDatabase(from);
  const target = new IndexedDatabase(to);
  await source.open();
  try {
    await target.open();
    const operations: RecordOperation[] = [];
    for await (const [key, value] of source.iterator({})) {
      operations.push({ type: 'put', key, value });
    }
    await target.batch(operations);
    await source.batch(operations.map(({ key }) => ({ type: 'del', key })));
  } finally {
    await target.close();
    await source.close();
  }
}

function openRaw(name: string): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(name, 1, {
    upgrade: (db) => {
      db.createObjectStore(STORE);
    },
    // Who deletes the database, as a person who clears the site's data, is not held up.
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
    },
  });
}

function beginReading(db: IDBPDatabase<Schema>) {
  return db.transaction([STORE], 'readonly');
}

/** `strict` where the engine knows it: on the disk when the transaction is done. */
function beginWriting(db: IDBPDatabase<Schema>): Writing {
  return db.transaction([STORE], 'readwrite', { durability: 'strict' });
}

async function readLease(transaction: Writing | ReturnType<typeof beginReading>): Promise<Lease> {
  const found = await transaction.objectStore(STORE).get(LEASE_KEY);
  return found === undefined || 'length' in found ? { holder: 0, isHeld: false } : found;
}

/** IndexedDB gives keys of bytes back as buffers. */
function toBytes(key: Schema[typeof STORE]['key']): Uint8Array {
  return new Uint8Array(key as unknown as ArrayBuffer);
}

function toRecord(value: Uint8Array | Lease | undefined): Uint8Array | undefined {
  return value !== undefined && 'length' in value ? value : undefined;
}

function rangeOf(from: Uint8Array, lt: Uint8Array | undefined, isAfter: boolean): IDBKeyRange {
  return lt === undefined
    ? IDBKeyRange.lowerBound(from, isAfter)
    : IDBKeyRange.bound(from, lt, isAfter, true);
}

/** IndexedDB takes no key over shared memory; keys here never lie in it. */
function owned(key: Uint8Array): Uint8Array<ArrayBuffer> {
  return key as Uint8Array<ArrayBuffer>;
}

function inUse(name: string): StoreInUseError {
  return new StoreInUseError(
    `The store ${name} is in use by another page of this origin; close that one, or wait for it`,
    'name',
  );
}
