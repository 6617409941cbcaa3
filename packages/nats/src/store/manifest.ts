import type { KV, KvEntry } from '@nats-io/kv';
import { SyncError } from '@omega-tv/types';
import { isWrongSequence } from '../bus/wrong-sequence.js';
import type { BlobReference } from './blobs.js';
import { takenOver } from './taken-over.js';

/** Which blobs make a checkpoint, oldest first; the first is the whole of an earlier one. */
interface Manifest {
  readonly writer: string;
  readonly blobs: readonly BlobReference[];
}

function keyOf(partition: string): string {
  return `checkpoint.${partition}`;
}

/** What the newest checkpoint is made of, for who only reads it; empty where there is none. */
export async function readCheckpointBlobs(
  state: KV,
  partition: string,
): Promise<readonly BlobReference[]> {
  const found = await state.get(keyOf(partition));
  return isValue(found) ? readManifest(found.json()).blobs : [];
}

/** Nothing is known any more of the checkpoint of a partition that is gone. */
export async function deleteManifest(state: KV, partition: string): Promise<void> {
  await state.purge(keyOf(partition));
}

function isValue(found: KvEntry | null): found is KvEntry {
  return found?.operation === 'PUT';
}

/** The entry that says what the newest checkpoint is: whoever replaces it names the one before. */
export class ManifestEntry {
  readonly #state: KV;
  readonly #partition: string;
  readonly #writer: string;
  readonly #onTakenOver: (() => void) | undefined;
  #revision = 0;
  /** Never undone: what waits for this owner is refused at once, and does not ask NATS again. */
  #isReplaced = false;

  constructor(state: KV, partition: string, writer: string, onTakenOver?: () => void) {
    this.#onTakenOver = onTakenOver;
    this.#state = state;
    this.#partition = partition;
    this.#writer = writer;
  }

  get #key(): string {
    return keyOf(this.#partition);
  }

  /** Takes the checkpoint over from whoever wrote it: what that one writes is refused from now on. */
  takeOver(): Promise<readonly BlobReference[]> {
    return this.#claim(() => undefined);
  }

  /**
   * What counts after a write whose outcome is unknown: from now on that one is refused, should it
   * still be on its way. @throws SyncError `version-conflict` where another owner has come.
   */
  settle(): Promise<readonly BlobReference[]> {
    return this.#claim((found) => {
      this.#check(found);
    });
  }

  /** @throws SyncError `version-conflict` where another owner has come. */
  async check(): Promise<void> {
    this.#refuseReplaced();
    this.#check(await this.#state.get(this.#key));
  }

  /** @throws SyncError `version-conflict` where another owner has come. */
  async replace(blobs: readonly BlobReference[]): Promise<void> {
    try {
      await this.#write(blobs);
    } catch (error) {
      throw isWrongSequence(error) ? this.#replaced() : error;
    }
  }

  async #claim(check: (found: KvEntry | null) => void): Promise<readonly BlobReference[]> {
    for (;;) {
      this.#refuseReplaced();
      await this.#passBarrier();
      const found = await this.#state.get(this.#key);
      check(found);
      const blobs = isValue(found) ? readManifest(found.json()).blobs : [];
      this.#revision = found?.revision ?? 0;
      try {
        await this.#write(blobs);
        if (await this.#isNewest()) return blobs;
      } catch (error) {
        if (!isWrongSequence(error)) throw error;
      }
    }
  }

  /**
   * False where another write came after one's own: NATS before 2.9.21 was seen to take two that expect the
   * same revision, where they come close together (nats-server issue 4320).
   */
  async #isNewest(): Promise<boolean> {
    await this.#passBarrier();
    return (await this.#state.get(this.#key))?.revision === this.#revision;
  }

  /**
   * What is read from now on is no older than what was acknowledged before. A leader of NATS that has just
   * been chosen answers, and compares revisions, with what it has applied so far; what it acknowledges
   * it has applied, and all before it.
   */
  async #passBarrier(): Promise<void> {
    await this.#state.put(`barrier.${this.#partition}`, this.#writer);
  }

  #check(found: KvEntry | null): void {
    if (isValue(found) && readManifest(found.json()).writer === this.#writer) return;
    throw this.#replaced();
  }

  async #write(blobs: readonly BlobReference[]): Promise<void> {
    const value = JSON.stringify({ writer: this.#writer, blobs } satisfies Manifest);
    this.#revision =
      this.#revision === 0
        ? await this.#state.create(this.#key, value)
        : await this.#state.update(this.#key, value, this.#revision);
  }

  #refuseReplaced(): void {
    if (this.#isReplaced) throw this.#replaced();
  }

  #replaced(): SyncError {
    this.#isReplaced = true;
    this.#onTakenOver?.();
    return takenOver(this.#partition);
  }
}

function readManifest(value: unknown): Manifest {
  const manifest = value as Partial<Manifest> | null;
  if (typeof manifest?.writer === 'string' && Array.isArray(manifest.blobs)) {
    return manifest as Manifest;
  }
  const message = 'What the cluster says of a checkpoint is no manifest; restore it from a backup';
  throw new SyncError('serialization', message, { path: 'checkpoint' });
}
