import { deserialize, serialize } from 'node:v8';
import { bytesCodec, recordSpace, singleRecord, type DurableRecords } from '@omega-tv/level';
import type { DeltaLog, LogRecord } from './delta-log.js';
import { sequenceConflict } from './sequence-conflict.js';

const SEQUENCE_DIGITS = 16;

const logRecords = recordSpace('log!', bytesCodec);
/** Up to where the log was truncated. */
const truncatedRecord = singleRecord('log-truncated', {
  encode: (sequence: number) => serialize(sequence),
  decode: (bytes) => Number(deserialize(bytes)),
});

/** A log among the records of a store: each append is one synchronous batch. */
export class LevelLog implements DeltaLog {
  readonly #records: DurableRecords;
  /** Undefined where the store has to be asked: at first, and after an append that failed. */
  #last: number | undefined;

  constructor(records: DurableRecords) {
    this.#records = records;
  }

  async lastSequence(): Promise<number> {
    this.#last ??= await this.#findLast();
    return this.#last;
  }

  async append(entries: readonly Uint8Array[], expectedLast: number): Promise<void> {
    const last = await this.lastSequence();
    if (last !== expectedLast) throw sequenceConflict(expectedLast, last);
    this.#last = undefined;
    await this.#records.write(() =>
      entries.map((entry, i) => logRecords.put(toId(last + 1 + i), entry)),
    );
    this.#last = last + entries.length;
  }

  async *read(after: number): AsyncIterable<LogRecord> {
    yield* (await this.#readAll()).filter(({ sequence }) => sequence > after);
  }

  async truncate(through: number): Promise<void> {
    const last = Math.min(through, await this.lastSequence());
    const first = 1 + ((await this.#records.read((reader) => truncatedRecord.get(reader))) ?? 0);
    if (last < first) return;
    const gone = Array.from({ length: last - first + 1 }, (_, i) =>
      logRecords.delete(toId(first + i)),
    );
    await this.#records.write(() => [...gone, truncatedRecord.put(last)]);
  }

  async #findLast(): Promise<number> {
    const newest = (await this.#readAll()).at(-1)?.sequence;
    return newest ?? (await this.#records.read((reader) => truncatedRecord.get(reader))) ?? 0;
  }

  /** Short: entries wait for the next checkpoint, no longer. */
  #readAll(): Promise<readonly LogRecord[]> {
    return this.#records.read(async (reader) => {
      const found: LogRecord[] = [];
      for await (const [id, entry] of logRecords.entries(reader)) {
        found.push({ sequence: Number(id), entry });
      }
      return found;
    });
  }
}

/** Sorts as sequences do. */
function toId(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, '0');
}
