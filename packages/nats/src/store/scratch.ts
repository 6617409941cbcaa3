import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { KeyRange, LevelDatabase, RecordOperation } from '@omega-tv/level';

/** Where copies lie in a folder that other things, and those of other users, may lie in as well. */
const COPIES = `omega-tv-copies-${process.getuid?.() ?? 'all'}`;
/** Records that are written to the folder at once when a checkpoint is read. */
const LOAD_BATCH = 1024;

/** A copy of a checkpoint in a local folder: made anew when it is opened, removed when it is closed. */
export class Scratch implements LevelDatabase {
  readonly #folder: string;
  #database: ClassicLevel<Uint8Array, Uint8Array> | undefined;

  /** @param folder for copies. @param name of this one: no other has it. */
  constructor(folder: string, name: string) {
    this.#folder = path.join(folder, COPIES, name);
  }

  /** Removes what processes that were killed left in a folder for copies; what is in use is locked, and stays. */
  static async removeLeftovers(folder: string): Promise<void> {
    const copies = path.join(folder, COPIES);
    for (const name of await readdir(copies).catch(() => [])) {
      const copy = path.join(copies, name);
      const isFree = await ClassicLevel.destroy(copy).then(
        () => true,
        () => false,
      );
      if (isFree) await rm(copy, { recursive: true, force: true });
    }
  }

  async open(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#database = new ClassicLevel(this.#folder, {
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    await this.#database.open();
  }

  /** Adds the operations of a blob, in their order. */
  async load(operations: AsyncIterable<RecordOperation>): Promise<void> {
    let batch: RecordOperation[] = [];
    for await (const operation of operations) {
      batch.push(operation);
      if (batch.length < LOAD_BATCH) continue;
      await this.batch(batch);
      batch = [];
    }
    await this.batch(batch);
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#opened().get(key);
  }

  iterator(range: KeyRange = {}): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    return this.#opened().iterator(range);
  }

  batch(operations: RecordOperation[]): Promise<void> {
    return this.#opened().batch(operations);
  }

  async close(): Promise<void> {
    await this.#database?.close();
    this.#database = undefined;
    await rm(this.#folder, { recursive: true, force: true });
    // The last one leaves nothing there.
    await rmdir(path.dirname(this.#folder)).catch(() => undefined);
  }

  #opened(): ClassicLevel<Uint8Array, Uint8Array> {
    if (this.#database === undefined) throw new Error('the database is not open');
    return this.#database;
  }
}
