import { randomUUID } from 'node:crypto';
import type { KeyRange, LevelDatabase, RecordOperation } from '@omega-tv/level';
import type { Bus } from '../bus/bus.js';
import { Blobs } from './blobs.js';
import { readCheckpointBlobs } from './manifest.js';
import { decodeOperations } from './operation-codec.js';
import { Scratch } from './scratch.js';

/** A checkpoint as it was when it was opened, in a local folder: what changes it stays there. */
export class CheckpointCopy implements LevelDatabase {
  readonly #bus: Bus;
  readonly #partition: string;
  readonly #scratch: Scratch;

  constructor(bus: Bus, partition: string, scratch: string) {
    this.#bus = bus;
    this.#partition = partition;
    this.#scratch = new Scratch(scratch, `${partition}-${randomUUID()}`);
  }

  /** @throws Error where its owner has replaced it meanwhile; it may be opened again. */
  async open(): Promise<void> {
    await this.#scratch.open();
    const blobs = new Blobs(this.#bus, this.#partition);
    try {
      for (const blob of await readCheckpointBlobs(this.#bus.state, this.#partition)) {
        await this.#scratch.load(decodeOperations(blobs.read(blob)));
      }
    } catch (error) {
      await this.#scratch.close();
      throw error;
    }
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#scratch.get(key);
  }

  iterator(range: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    return this.#scratch.iterator(range);
  }

  batch(operations: RecordOperation[]): Promise<void> {
    return this.#scratch.batch(operations);
  }

  close(): Promise<void> {
    return this.#scratch.close();
  }
}
