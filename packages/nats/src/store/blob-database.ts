import { randomUUID } from 'node:crypto';
import type { KeyRange, LevelDatabase, RecordOperation } from '@omega-tv/level';
import type { Bus } from '../bus/bus.js';
import { Blobs, type BlobReference } from './blobs.js';
import { ManifestEntry } from './manifest.js';
import { decodeOperations, encodeOperation } from './operation-codec.js';
import { Scratch } from './scratch.js';

/** A checkpoint of more blobs, or of more bytes behind the first than that one has, is written whole. */
const MAX_BLOBS = 32;
const MIN_CHANGED_BYTES = 1024 * 1024;

export interface BlobDatabaseOptions {
  readonly bus: Bus;
  readonly partition: string;
  /** A folder for what is read from NATS: it is made anew by each owner, and removed at the end. */
  readonly scratch: string;
  /** Called where another owner was found. */
  readonly onTakenOver?: () => void;
}

/**
 * A database whose batches are blobs on NATS; a manifest says which of them count, and is replaced
 * with each batch, so that a batch is there whole or not at all, and an owner that was replaced writes
 * nothing. Records are read from a copy in a local folder.
 */
export class BlobDatabase implements LevelDatabase {
  readonly #blobs: Blobs;
  readonly #manifest: ManifestEntry;
  readonly #scratch: Scratch;
  #written: readonly BlobReference[] | undefined;
  readonly #replaced: BlobReference[] = [];
  /** One after another: a batch beside `compact` would name what that deletes. */
  #turn: Promise<unknown> = Promise.resolve();
  /** True after a write of unknown outcome. */
  #mustSettle = false;

  constructor({ bus, partition, scratch, onTakenOver }: BlobDatabaseOptions) {
    const writer = randomUUID();
    this.#blobs = new Blobs(bus, partition);
    this.#manifest = new ManifestEntry(bus.state, partition, writer, onTakenOver);
    this.#scratch = new Scratch(scratch, `${partition}-${writer}`);
  }

  /** @throws SyncError `version-conflict` where another owner has come since the first opening. */
  open(): Promise<void> {
    return this.#inTurn(async () => {
      const isFirst = this.#written === undefined;
      const listed = await this.#blobs.list();
      const blobs = await (isFirst ? this.#manifest.takeOver() : this.#manifest.settle());
      this.#adopt(blobs);
      await this.#blobs.deleteOthers(listed, blobs);
      await this.#scratch.open();
      for (const blob of blobs) {
        await this.#scratch.load(decodeOperations(this.#blobs.read(blob)));
      }
    });
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#scratch.get(key);
  }

  iterator(range: KeyRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    return this.#scratch.iterator(range);
  }

  batch(operations: RecordOperation[]): Promise<void> {
    return this.#inTurn(async () => {
      // An owner that was replaced shall not even leave a blob. What it reads may be older than what it wrote.
      await this.#manifest.check();
      await this.#settle();
      const before = this.#written ?? [];
      const isWhole = await this.#blobs.areWhole(before);
      const added = await this.#blobs.put(operations.map(encodeOperation));
      await this.#name([...before, added]);
      await this.#scratch.batch(operations);
      await this.#deleteReplaced();
      // What NATS has lost is here still.
      if (!isWhole || isLong([...before, added])) await this.#writeWhole();
    });
  }

  /** Writes the checkpoint whole: what was deleted or replaced is in no blob any more. */
  compact(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#settle();
      if ((this.#written ?? []).length > 1) await this.#writeWhole();
      await this.#deleteReplaced();
    });
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#scratch.close());
  }

  async #writeWhole(): Promise<void> {
    const before = this.#written ?? [];
    await this.#name([await this.#blobs.put(encodeAll(this.#scratch))]);
    this.#replaced.push(...before);
  }

  /** These make the checkpoint from now on. */
  async #name(blobs: readonly BlobReference[]): Promise<void> {
    this.#mustSettle = true;
    await this.#manifest.replace(blobs);
    this.#mustSettle = false;
    this.#written = blobs;
  }

  /** Asks what counts where that is not known. */
  async #settle(): Promise<void> {
    if (this.#mustSettle) this.#adopt(await this.#manifest.settle());
  }

  #adopt(blobs: readonly BlobReference[]): void {
    this.#mustSettle = false;
    this.#written = blobs;
    // What counts now may name them again.
    this.#replaced.splice(0);
  }

  /** Those of the manifest before stay until another one is written, should NATS lose the newest. */
  async #deleteReplaced(): Promise<void> {
    for (const blob of this.#replaced.splice(0)) await this.#blobs.delete(blob);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function isLong([first, ...rest]: readonly BlobReference[]): boolean {
  const changed = rest.reduce((sum, { bytes }) => sum + bytes, 0);
  return rest.length >= MAX_BLOBS || changed > Math.max(first?.bytes ?? 0, MIN_CHANGED_BYTES);
}

async function* encodeAll(scratch: Scratch): AsyncIterable<Uint8Array> {
  for await (const [key, value] of scratch.iterator()) {
    yield encodeOperation({ type: 'put', key, value });
  }
}
