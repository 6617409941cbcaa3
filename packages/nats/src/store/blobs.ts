import { randomUUID } from 'node:crypto';
import type { Bus } from '../bus/bus.js';
import { readMessages } from '../bus/read-messages.js';

/** Messages that are on their way at once. */
const AHEAD = 8;

/** Bytes in the stream of blobs, found by the messages that hold them. */
export interface BlobReference {
  readonly id: string;
  readonly bytes: number;
  readonly messages: readonly number[];
}

/** Bytes of any length that belong to an owner; whoever has the reference reads them. */
export class Blobs {
  readonly #bus: Bus;
  readonly #owner: string;

  constructor(bus: Bus, owner: string) {
    this.#bus = bus;
    this.#owner = owner;
  }

  /** @param pieces are put together to messages; together they are never in memory. */
  async put(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<BlobReference> {
    const { js, names, maxPayloadBytes } = this.#bus;
    const id = randomUUID();
    const subject = names.blobSubject(this.#owner, id);
    const sent: Promise<number>[] = [];
    let bytes = 0;
    for await (const payload of toMessages(pieces, maxPayloadBytes)) {
      bytes += payload.length;
      const message = js.publish(subject, payload).then(({ seq }) => seq);
      message.catch(() => undefined);
      sent.push(message);
      await sent[sent.length - AHEAD];
    }
    return { id, bytes, messages: await Promise.all(sent) };
  }

  /** @throws Error where a message of it is gone. */
  async *read({ id, messages }: BlobReference): AsyncIterable<Uint8Array> {
    const { jsm, names } = this.#bus;
    for await (const message of readMessages(jsm, names.blobs, messages)) {
      if (message === undefined) throw new Error(`The blob ${id} of ${this.#owner} is not whole`);
      yield message.data;
    }
  }

  /** Message by message: NATS 2.9 was seen to lose others where a purge of one subject is played again. */
  async delete({ id }: Pick<BlobReference, 'id'>): Promise<void> {
    const { jsm, names } = this.#bus;
    const last_by_subj = names.blobSubject(this.#owner, id);
    for (;;) {
      const found = await jsm.streams.getMessage(names.blobs, { last_by_subj });
      if (found === null) return;
      await jsm.streams.deleteMessage(names.blobs, found.seq);
    }
  }

  /** All that the owner has, whether a manifest names it or not. */
  async list(): Promise<readonly string[]> {
    return [...(await this.#count()).keys()];
  }

  /** False where NATS holds fewer messages of them than were written. */
  async areWhole(blobs: readonly BlobReference[]): Promise<boolean> {
    const counts = await this.#count();
    return blobs.every(({ id, messages }) => (counts.get(id) ?? 0) >= messages.length);
  }

  /** Messages, by blob. */
  async #count(): Promise<ReadonlyMap<string, number>> {
    const { jsm, names } = this.#bus;
    const subjects_filter = names.blobSubject(this.#owner, '*');
    const { state } = await jsm.streams.info(names.blobs, { subjects_filter });
    const subjects = Object.entries(state.subjects ?? {});
    return new Map(
      subjects.map(([subject, count]) => [subject.slice(subject.lastIndexOf('.') + 1), count]),
    );
  }

  /**
   * Deletes what a crash left. It has to be listed before what is kept was made sure of by a write: else
   * it may hold what the next owner has just put there.
   */
  async deleteOthers(listed: readonly string[], kept: readonly BlobReference[]): Promise<void> {
    const known = new Set(kept.map(({ id }) => id));
    for (const id of listed) {
      if (!known.has(id)) await this.delete({ id });
    }
  }
}

/** Fills messages; one at least. */
async function* toMessages(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit: number,
): AsyncIterable<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    held.push(piece);
    size += piece.length;
    if (size < limit) continue;
    const all = Buffer.concat(held);
    const whole = all.length - (all.length % limit);
    for (let at = 0; at < whole; at += limit) yield all.subarray(at, at + limit);
    held = [all.subarray(whole)];
    size = all.length - whole;
  }
  yield Buffer.concat(held);
}
