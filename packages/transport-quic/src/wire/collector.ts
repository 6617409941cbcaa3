import { QUIC_LIMITS } from './limits.js';
import { aboveCap } from './malformed.js';

export interface CollectorOptions {
  /** Bytes of the fixed head. */
  readonly headBytes: number;
  /** Reads the head, refuses what it announces where that is too much, and returns the body's length. */
  readonly announced: (head: Buffer) => number;
}

/** Puts a message together as it arrives: it keeps no more than its head announced and the caps allow. */
export class Collector {
  readonly #options: CollectorOptions;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #limit: number | undefined;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** @throws SyncError as soon as it is known that the message is none, or is too long. */
  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const { headBytes, announced } = this.#options;
    if (this.#limit === undefined && this.#size >= headBytes) {
      const rest = QUIC_LIMITS.maxPathBytes + QUIC_LIMITS.maxFieldBytes;
      this.#limit = headBytes + rest + announced(this.message());
    }
    if (this.#limit !== undefined && this.#size > this.#limit) {
      throw aboveCap('message', this.#size, this.#limit);
    }
  }

  /** What has arrived. */
  message(): Buffer {
    return this.#chunks.length === 1 && this.#chunks[0] !== undefined
      ? this.#chunks[0]
      : Buffer.concat(this.#chunks);
  }
}
