import { setImmediate, setTimeout } from 'node:timers/promises';
import type { DeltaLog } from '../log/delta-log.js';

/** An entry on its way to the log. */
export interface Appended {
  readonly sequence: number;
  /** Resolves when the entry and all before it are durable; rejects when they are not. */
  readonly durable: Promise<void>;
}

/** How long entries gather where many come: nothing to a TV, and many to a write for the server. */
const GATHER_MS = 4;

/**
 * Group commit: entries that arrive while others are being written go to the disk together, so that
 * many requests share one wait for it. Where the write before was shared, the next one is begun a
 * moment later, for more to share it (as PostgreSQL's `commit_delay`); who comes alone is not kept.
 */
export class AppendQueue {
  readonly #log: DeltaLog;
  readonly #gather: () => Promise<unknown>;
  #waiting: Uint8Array[] = [];
  /** Of the newest entry that was given to the log. */
  #written = 0;
  #next: Promise<void> | undefined;
  #current: Promise<void> = Promise.resolve();
  /** True where the last write held entries of several. */
  #isShared = false;

  /** @param gather resolves when entries that many bring have gathered. Default: after 4 ms. */
  constructor(log: DeltaLog, gather: () => Promise<unknown> = () => setTimeout(GATHER_MS)) {
    this.#log = log;
    this.#gather = gather;
  }

  /** Of the newest entry, durable or not. */
  get sequence(): number {
    return this.#written + this.#waiting.length;
  }

  add(entry: Uint8Array): Appended {
    this.#waiting.push(entry);
    // What came in with this one goes along: a write of its own would keep all of them waiting.
    this.#next ??= this.#current
      .then(() => (this.#isShared ? this.#gather() : setImmediate()))
      .then(() => this.#write());
    return { sequence: this.sequence, durable: this.#next };
  }

  /** Resolves when nothing is on its way, whether it arrived or not. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#current).catch(() => undefined);
  }

  /** Begins behind `sequence`; forgets a failure, and what waited behind it: all of it was rejected. */
  reset(sequence: number): void {
    this.#waiting = [];
    this.#written = sequence;
    this.#next = undefined;
    this.#current = Promise.resolve();
  }

  async #write(): Promise<void> {
    const entries = this.#waiting;
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
    this.#waiting = [];
    this.#isShared = entries.length > 1;
    const before = this.#written;
    this.#written += entries.length;
    await this.#log.append(entries, before);
  }
}
