import type { Partition } from './partition.js';

/**
 * Counts refusals at once, in memory, and has them written together: one entry is on its way at a time,
 * so that whoever is refused often costs no more than a number.
 */
export class Refusals {
  readonly #partition: Partition;
  #counted = 0;
  #writing: Promise<void> | undefined;

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  /** All of them, written or not. */
  get total(): number {
    return Math.max(this.#counted, this.#written);
  }

  count(): void {
    this.#counted = this.total + 1;
    void this.#write();
  }

  /** Writes what stands in memory alone; where that fails, it goes with the next one. */
  async settle(): Promise<void> {
    await this.#writing;
    if (this.total > this.#written) await this.#write();
  }

  get #written(): number {
    return this.#partition.state.counters.refused;
  }

  /** The count alone is not worth a failure: the refusal is the answer. */
  #write(): Promise<void> {
    this.#writing ??= this.#append()
      .catch(() => undefined)
      .finally(() => {
        this.#writing = undefined;
      });
    return this.#writing;
  }

  async #append(): Promise<void> {
    const { durable } = await this.#partition.inTurn(() => {
      // After an append that failed, the state says whether it arrived.
      const count = this.total - this.#written;
      return count === 0
        ? { durable: this.#partition.durable }
        : this.#partition.step({ kind: 'refused', count });
    });
    await durable;
  }
}
