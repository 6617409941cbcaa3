import { monotonicMs, type Clock, type Logger } from '@omega-tv/types';
import type { ConstellationStore } from '../store/constellation-store.js';
import type { Partition } from './partition.js';

/** A checkpoint is never older, where anything happened since. */
const CHECKPOINT_EVERY_MS = 30_000;
/** What was deleted lies on the disk no longer. */
const COMPACT_EVERY_MS = 15 * 60_000;

export interface HousekeepingOptions {
  readonly partition: Partition;
  readonly store: ConstellationStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps the log short, and the disk free of what was deleted, beside the pushes. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #checkpointMs: number;
  #compactMs: number;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#checkpointMs = monotonicMs(options.clock);
    this.#compactMs = this.#checkpointMs;
  }

  /** To be called every few seconds: begins what is due. */
  run(): void {
    const { partition, store, clock, logger } = this.#options;
    const nowMs = monotonicMs(clock);
    if (this.#isRunning || nowMs - this.#checkpointMs < CHECKPOINT_EVERY_MS) return;
    this.#checkpointMs = nowMs;
    const isCompacting = nowMs - this.#compactMs >= COMPACT_EVERY_MS;
    if (isCompacting) this.#compactMs = nowMs;
    this.#isRunning = true;
    this.#running = partition
      .checkpoint()
      .then(() => (isCompacting ? store.compact() : undefined))
      .catch((cause: unknown) => {
        logger.warn({ err: cause }, 'housekeeping failed; it is tried again');
      })
      .finally(() => {
        this.#isRunning = false;
      });
  }

  /** Resolves when nothing runs. */
  settled(): Promise<void> {
    return this.#running;
  }
}
