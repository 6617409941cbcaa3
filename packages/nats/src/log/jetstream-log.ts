import { randomUUID } from 'node:crypto';
import { sequenceConflict, type DeltaLog, type LogRecord } from '@omega-tv/constellation';
import { SyncError } from '@omega-tv/types';
import { ensureStream, type Bus } from '../bus/bus.js';
import { readMessage, readMessages } from '../bus/read-messages.js';
import { isWrongSequence } from '../bus/wrong-sequence.js';
import { takenOver } from '../store/taken-over.js';
import { GroupAssembler, readHead, toHeaders, toPayloads, type GroupHead } from './entry-group.js';

/** Where a log has come to: its newest entry, and the newest message of its stream. */
interface LogEnd {
  readonly entry: number;
  readonly message: number;
}

export interface JetStreamLogOptions {
  readonly bus: Bus;
  readonly partition: string;
  /** Entries behind it stay though a checkpoint covers them, up to `through`: who else reads them has come so far. */
  readonly keepAfter?: (through: number) => Promise<number>;
  /** Called where another owner was found. */
  readonly onTakenOver?: () => void;
}

/**
 * A partition's log in a stream: an append is one message, as a rule, which names the message that it
 * expects to be the last, so that NATS refuses it where another owner has written. Who only reads
 * does not take it over.
 */
export class JetStreamLog implements DeltaLog {
  readonly #bus: Bus;
  readonly #partition: string;
  readonly #stream: string;
  readonly #subject: string;
  readonly #keepAfter: (through: number) => Promise<number>;
  readonly #onTakenOver: () => void;
  readonly #writer = randomUUID();
  #isOwner = false;
  /** Never undone: what waits for this owner is refused at once, and does not ask NATS again. */
  #isReplaced = false;
  /** Undefined where NATS has to be asked: at first, and after an append that failed. */
  #end: LogEnd | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #truncated = 0;
  /** Where reading on behind an entry begins. */
  #cursor = { entry: -1, message: 0 };

  private constructor({ bus, partition, keepAfter, onTakenOver }: JetStreamLogOptions) {
    const { stream, subject } = bus.names.log(partition);
    this.#bus = bus;
    this.#partition = partition;
    this.#stream = stream;
    this.#subject = subject;
    this.#onTakenOver = onTakenOver ?? (() => undefined);
    this.#keepAfter = keepAfter ?? (() => Promise.resolve(Infinity));
  }

  static async open(options: JetStreamLogOptions): Promise<JetStreamLog> {
    const log = new JetStreamLog(options);
    await ensureStream(options.bus, { name: log.#stream, subjects: [log.#subject] });
    return log;
  }

  /** From now on no other owner's append is taken. To be called before anything is read. */
  async takeOver(): Promise<void> {
    this.#isOwner = false;
    this.#end = undefined;
    while (!this.#isOwner) {
      const end = await this.#findEnd();
      try {
        await this.#mark(end);
        this.#isOwner = true;
      } catch (error) {
        if (!isWrongSequence(error)) throw error;
      }
    }
  }

  async lastSequence(): Promise<number> {
    return (await this.#findEnd()).entry;
  }

  append(entries: readonly Uint8Array[], expectedLast: number): Promise<void> {
    return this.#inTurn(async () => {
      const end = await this.#findEnd();
      if (end.entry !== expectedLast) throw sequenceConflict(expectedLast, end.entry);
      if (entries.length === 0) return;
      await this.#write(end, entries);
    });
  }

  /** The entries that stand in the log as it begins to read. */
  async *read(after: number): AsyncIterable<LogRecord> {
    const { state } = await this.#bus.jsm.streams.info(this.#stream);
    const from = await this.#locate(after, state.first_seq, state.last_seq);
    const assembler = new GroupAssembler();
    const least = Math.max(after, this.#truncated);
    const sequences = range(from, state.last_seq);
    let message = from;
    let entry = after;
    for await (const found of readMessages(this.#bus.jsm, this.#stream, sequences)) {
      message += 1;
      // Purged since the reading began: a checkpoint covers it.
      if (found === undefined) continue;
      const group = assembler.add(readHead(found.header), found.data);
      for (const [i, bytes] of (group?.entries ?? []).entries()) {
        const sequence = (group?.first ?? 0) + i;
        if (sequence > least) yield { sequence, entry: bytes };
        entry = Math.max(entry, sequence);
      }
      if (!assembler.isWaiting) this.#cursor = { entry, message };
    }
  }

  truncate(through: number): Promise<void> {
    return this.#inTurn(async () => {
      const limit = Math.min(through, await this.#keepAfter(through));
      if (limit <= this.#truncated) return;
      const end = await this.#findEnd();
      const { jsm } = this.#bus;
      // The last message says how far the log has come, so one stays always.
      if (limit >= end.entry) await this.#mark(end);
      const { state } = await jsm.streams.info(this.#stream);
      const behind = await this.#locate(limit, state.first_seq, state.last_seq);
      const seq = Math.min(behind, state.last_seq);
      if (seq > state.first_seq) await jsm.streams.purge(this.#stream, { seq });
      this.#truncated = Math.min(limit, end.entry);
    });
  }

  async #write(end: LogEnd, entries: readonly Uint8Array[]): Promise<void> {
    const payloads = toPayloads(entries, this.#bus.maxPayloadBytes);
    const first = end.entry + 1;
    let { message } = end;
    this.#end = undefined;
    try {
      for (const [i, payload] of payloads.entries()) {
        const head = { first, count: entries.length, part: i + 1, parts: payloads.length };
        message = await this.#publish({ ...head, writer: this.#writer }, payload, message);
      }
    } catch (error) {
      if (!isWrongSequence(error)) throw error;
      throw sequenceConflict(end.entry, (await this.#findEnd()).entry);
    }
    this.#end = { entry: end.entry + entries.length, message };
  }

  /** A message without entries: what follows is this owner's. */
  async #mark({ entry, message }: LogEnd): Promise<void> {
    this.#end = undefined;
    const head = { first: entry + 1, count: 0, part: 1, parts: 1, writer: this.#writer };
    this.#end = { entry, message: await this.#publish(head, new Uint8Array(), message) };
  }

  async #publish(head: GroupHead, payload: Uint8Array, lastSequence: number): Promise<number> {
    const { seq } = await this.#bus.js.publish(this.#subject, payload, {
      headers: toHeaders(head),
      expect: { lastSequence },
    });
    return seq;
  }

  /** @throws SyncError `version-conflict` where another owner has come. */
  async #findEnd(): Promise<LogEnd> {
    if (this.#end !== undefined) return this.#end;
    if (this.#isReplaced) throw takenOver(this.#partition);
    const { jsm } = this.#bus;
    const { state } = await jsm.streams.info(this.#stream);
    let entry = 0;
    if (state.last_seq >= state.first_seq && state.last_seq > 0) {
      const found = await readMessage(jsm, this.#stream, state.last_seq);
      // The last one always stays, so who has none of it lags behind.
      if (found === undefined) throw laggingBehind(this.#partition);
      const head = readHead(found.header);
      if (this.#isOwner && head.writer !== this.#writer) {
        this.#isReplaced = true;
        this.#onTakenOver();
        throw takenOver(this.#partition);
      }
      // Of a group that was cut off, the last messages are missing: it does not count.
      entry = head.part < head.parts ? head.first - 1 : endOf(head);
    }
    this.#end = { entry, message: state.last_seq };
    return this.#end;
  }

  /**
   * The first message of the first group that ends behind `after`, behind the last where none does; or
   * one before it, where a message cannot be read: a replica that lost its disk has not got it yet.
   */
  async #locate(after: number, firstMessage: number, lastMessage: number): Promise<number> {
    const { entry, message } = this.#cursor;
    if (after === entry && message >= firstMessage && message <= lastMessage + 1) return message;
    let [low, high] = [firstMessage, lastMessage + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = await readMessage(this.#bus.jsm, this.#stream, middle);
      // A group that was cut off may name entries that the next one has: then reading begins early.
      if (found === undefined || endOf(readHead(found.header)) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function laggingBehind(partition: string): SyncError<'http'> {
  const message = `NATS does not find the end of the log of ${partition}; ask again`;
  return new SyncError('http', message, { reason: 'server-error' }, { retryable: true });
}

/** Sequence of a group's last entry. */
function endOf({ first, count }: GroupHead): number {
  return first + count - 1;
}

function* range(from: number, through: number): Iterable<number> {
  for (let seq = from; seq <= through; seq += 1) yield seq;
}
