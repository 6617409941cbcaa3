import type { DurableRecords, RecordOperation } from '@omega-tv/level';
import { groupRecords, idOfSequence, truncatedRecord } from '../store/log-records.js';
import type { DeltaLog, LogRecord } from './delta-log.js';
import { sequenceConflict } from './sequence-conflict.js';

/** The entries of one append lie together, under the sequence of their first. */
interface Group {
  readonly first: number;
  readonly entries: readonly Uint8Array[];
}

type Span = readonly [first: number, last: number];

/** A log among the records of a store: each append is one record, written in a synchronous batch. */
export class LevelLog implements DeltaLog {
  readonly isExclusive = true;
  readonly #records: DurableRecords;
  #turn: Promise<unknown> = Promise.resolve();
  /** Undefined where the store has to be asked: at first, and after a write that failed. */
  #known: { readonly last: number; readonly spans: readonly Span[] } | undefined;

  constructor(records: DurableRecords) {
    this.#records = records;
  }

  lastSequence(): Promise<number> {
    return this.#inTurn(async () => (await this.#ends()).last);
  }

  append(entries: readonly Uint8Array[], expectedLast: number): Promise<void> {
    return this.#inTurn(async () => {
      const { last, spans } = await this.#ends();
      if (last !== expectedLast) throw sequenceConflict(expectedLast, last);
      if (entries.length === 0) return;
      const first = last + 1;
      await this.#write([groupRecords.put(idOfSequence(first), entries)]);
      const span: Span = [first, last + entries.length];
      this.#known = { last: span[1], spans: [...spans, span] };
    });
  }

  async *read(after: number): AsyncIterable<LogRecord> {
    const { groups, truncated } = await this.#readAll();
    for (const { first, entries } of groups) {
      for (const [i, entry] of entries.entries()) {
        // A group goes when all of it may; till then its first entries may be truncated already.
        if (first + i > Math.max(after, truncated)) yield { sequence: first + i, entry };
      }
    }
  }

  truncate(through: number): Promise<void> {
    return this.#inTurn(async () => {
      const { last, spans } = await this.#ends();
      const upTo = Math.min(through, last);
      const before = (await this.#records.read((reader) => truncatedRecord.get(reader))) ?? 0;
      if (upTo <= before) return;
      const gone = spans.filter(([, end]) => end <= upTo);
      await this.#write([
        ...gone.map(([first]) => groupRecords.delete(idOfSequence(first))),
        truncatedRecord.put(upTo),
      ]);
      this.#known = { last, spans: spans.filter(([, end]) => end > upTo) };
    });
  }

  /** One after another: what is known is never of before a write that is done. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #write(operations: readonly RecordOperation[]): Promise<void> {
    try {
      await this.#records.write(() => operations);
    } catch (error) {
      this.#known = undefined;
      throw error;
    }
  }

  async #ends() {
    if (this.#known !== undefined) return this.#known;
    const { groups, truncated } = await this.#readAll();
    const spans = groups.map(({ first, entries }): Span => [first, first + entries.length - 1]);
    this.#known = { last: spans.at(-1)?.[1] ?? truncated, spans };
    return this.#known;
  }

  /** Short: entries wait for the next checkpoint, no longer. */
  #readAll(): Promise<{ readonly groups: readonly Group[]; readonly truncated: number }> {
    return this.#records.read(async (reader) => {
      const groups: Group[] = [];
      for await (const [id, entries] of groupRecords.entries(reader)) {
        groups.push({ first: Number(id), entries });
      }
      return { groups, truncated: (await truncatedRecord.get(reader)) ?? 0 };
    });
  }
}
