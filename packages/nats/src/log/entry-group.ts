import { headers, type MsgHdrs } from '@nats-io/nats-core';
import { packEntries, unpackEntries } from '@omega-tv/constellation';
import { SyncError } from '@omega-tv/types';

/*
 * An append is one group of entries (see `packEntries`), in one message, or in several where one cannot
 * hold them. A group counts when all its messages are there.
 */
const FIRST = 'Omega-First';
const COUNT = 'Omega-Count';
const PART = 'Omega-Part';
const PARTS = 'Omega-Parts';
const WRITER = 'Omega-Writer';

/** What a message says of the group that it belongs to. */
export interface GroupHead {
  /** Sequence of the group's first entry. */
  readonly first: number;
  /** Of entries; 0 where a message only marks how far the log has come. */
  readonly count: number;
  /** Of its messages, from 1 on. */
  readonly part: number;
  readonly parts: number;
  /** Drawn by the owner when it took the log over. */
  readonly writer: string;
}

/** Splits what entries become into payloads; one at least. */
export function toPayloads(
  entries: readonly Uint8Array[],
  maxPayloadBytes: number,
): readonly Uint8Array[] {
  const body = packEntries(entries);
  const parts = Math.max(1, Math.ceil(body.length / maxPayloadBytes));
  return Array.from({ length: parts }, (_, i) =>
    body.subarray(i * maxPayloadBytes, (i + 1) * maxPayloadBytes),
  );
}

/** @throws SyncError `serialization` for bytes that are not `count` entries. */
export function toEntries(payloads: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  const entries = unpack(Buffer.concat(payloads));
  if (entries.length !== count)
    throw malformed(`${entries.length} entries, but ${count} are named`);
  return entries;
}

function unpack(body: Uint8Array): readonly Uint8Array[] {
  try {
    return unpackEntries(body);
  } catch {
    throw malformed('an entry ends behind its group');
  }
}

export function toHeaders({ first, count, part, parts, writer }: GroupHead): MsgHdrs {
  const head = headers();
  head.set(FIRST, String(first));
  head.set(COUNT, String(count));
  head.set(PART, String(part));
  head.set(PARTS, String(parts));
  head.set(WRITER, writer);
  return head;
}

/** @throws SyncError `serialization` for a message that belongs to no group. */
export function readHead(head: MsgHdrs | undefined): GroupHead {
  const first = wholeOf(head, FIRST, 1);
  const count = wholeOf(head, COUNT, 0);
  const parts = wholeOf(head, PARTS, 1);
  const part = wholeOf(head, PART, 1);
  if (part > parts) throw malformed(`part ${part} of ${parts}`);
  return { first, count, part, parts, writer: head?.get(WRITER) ?? '' };
}

function wholeOf(head: MsgHdrs | undefined, name: string, least: number): number {
  const text = head?.get(name) ?? '';
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1;
  if (value >= least && Number.isSafeInteger(value)) return value;
  throw malformed(`${name} is "${text.slice(0, 32)}"; expected a whole number from ${least} on`);
}

function malformed(problem: string): SyncError<'serialization'> {
  return new SyncError('serialization', `The log holds a message that no owner wrote: ${problem}`, {
    path: 'log',
  });
}

/** Puts groups together again, message by message. */
export class GroupAssembler {
  #head: GroupHead | undefined;
  #payloads: Uint8Array[] = [];

  /** True between the messages of a group. */
  get isWaiting(): boolean {
    return this.#head !== undefined;
  }

  /**
   * The group that a message completes; undefined where more have to follow. A group that was cut
   * off by another owner is dropped.
   * @throws SyncError `serialization`.
   */
  add(
    head: GroupHead,
    payload: Uint8Array,
  ): { readonly first: number; readonly entries: readonly Uint8Array[] } | undefined {
    const { first, count, part, parts, writer } = head;
    const before = this.#head;
    const follows = before?.first === first && before.writer === writer && before.part + 1 === part;
    if (!follows) this.#payloads = [];
    this.#head = part === parts ? undefined : head;
    if (part !== 1 && !follows) {
      this.#head = undefined;
      return undefined;
    }
    this.#payloads.push(payload);
    if (part < parts) return undefined;
    const entries = toEntries(this.#payloads, count);
    this.#payloads = [];
    return { first, entries };
  }
}
