import { mkdir, rm } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import type { KeyRange, LevelDatabase, RecordOperation } from '@omega-tv/level';

/** Records that are written to the folder at once when a checkpoint is read. */
const LOAD_BATCH = 1024;

/** A copy of a checkpoint in a local folder: made anew when it is opened, removed when it is closed. */
export class Scratch implements LevelDatabase {
  readonly #folder: string;
  #database: ClassicLevel<Uint8Array, Uint8Array> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
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
  }

  #opened(): ClassicLevel<Uint8Array, Uint8Array> {
    if (this.#database === undefined) throw new Error('the database is not open');
    return this.#database;
  }
}
