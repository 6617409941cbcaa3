import { sequenceConflict, type DeltaLog, type LogRecord } from '@omega-tv/constellation';
import type { JetStreamLog } from './jetstream-log.js';

/** A log as far as it had come when it was copied; what is appended stays in this process. */
export class LogCopy implements DeltaLog {
  readonly #log: Pick<JetStreamLog, 'read'>;
  readonly #through: number;
  readonly #appended: Uint8Array[] = [];

  private constructor(log: Pick<JetStreamLog, 'read'>, through: number) {
    this.#log = log;
    this.#through = through;
  }

  static async of(log: JetStreamLog): Promise<LogCopy> {
    return new LogCopy(log, await log.lastSequence());
  }

  lastSequence(): Promise<number> {
    return Promise.resolve(this.#last);
  }

  append(entries: readonly Uint8Array[], expectedLast: number): Promise<void> {
    if (expectedLast !== this.#last) {
      return Promise.reject(sequenceConflict(expectedLast, this.#last));
    }
    this.#appended.push(...entries);
    return Promise.resolve();
  }

  async *read(after: number): AsyncIterable<LogRecord> {
    if (after < this.#through) {
      for await (const record of this.#log.read(after)) {
        if (record.sequence > this.#through) break;
        yield record;
      }
    }
    for (const [i, entry] of this.#appended.entries()) {
      const sequence = this.#through + i + 1;
      if (sequence > after) yield { sequence, entry };
    }
  }

  truncate(): Promise<void> {
    return Promise.resolve();
  }

  get #last(): number {
    return this.#through + this.#appended.length;
  }
}
