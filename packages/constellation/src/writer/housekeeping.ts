import { monotonicMs, type Clock, type Logger } from '@omega-tv/types';
import type { Repeat } from '../repeat.js';
import type { ConstellationStore } from '../store/constellation-store.js';
import type { DeviceSweep } from './device-sweep.js';
import type { Partition } from './partition.js';
import type { Refusals } from './refusals.js';

/** How often it is looked whether anything is due. */
const LOOK_EVERY_MS = 5000;
/** A checkpoint is never older, where anything happened since. */
const CHECKPOINT_EVERY_MS = 30_000;
/** What was deleted lies on the disk no longer. */
const COMPACT_EVERY_MS = 15 * 60_000;

export interface HousekeepingOptions {
  readonly partition: Partition;
  readonly refusals: Refusals;
  readonly store: ConstellationStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sweep: DeviceSweep;
}

/** Keeps the log short, and the disk free of old devices and what was deleted, beside the pushes. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #tidying: Chore;
  readonly #sweeping: Chore;
  #checkpointMs: number;
  #compactMs: number;
  #stop: () => void = () => undefined;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#tidying = new Chore(options.logger);
    this.#sweeping = new Chore(options.logger);
    this.#checkpointMs = monotonicMs(options.clock);
    this.#compactMs = this.#checkpointMs;
  }

  /** From now on it runs by itself. */
  start(repeat: Repeat): void {
    this.#stop = repeat(() => {
      this.run();
    }, LOOK_EVERY_MS);
  }

  /** Begins what is due. */
  run(): void {
    const { partition, refusals, store, clock, sweep } = this.#options;
    const nowMs = monotonicMs(clock);
    if (this.#tidying.isRunning || nowMs - this.#checkpointMs < CHECKPOINT_EVERY_MS) return;
    this.#checkpointMs = nowMs;
    const isCompacting = nowMs - this.#compactMs >= COMPACT_EVERY_MS;
    if (isCompacting) this.#compactMs = nowMs;
    this.#tidying.begin(async () => {
      await refusals.settle();
      await partition.checkpoint();
      if (isCompacting) await store.compact();
    });
    this.#sweeping.begin(() => sweep.run());
  }

  /** Begins no more; resolves when nothing runs. */
  async stop(): Promise<void> {
    this.#stop();
    await this.#tidying.done;
    await this.#sweeping.done;
  }
}

/** Work that runs once at a time; where it fails, it is said and done again another time. */
class Chore {
  readonly #logger: Logger;
  isRunning = false;
  done: Promise<void> = Promise.resolve();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  begin(work: () => Promise<void>): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.done = work()
      .catch((cause: unknown) => {
        this.#logger.warn({ err: cause }, 'housekeeping failed; it is tried again');
      })
      .finally(() => {
        this.isRunning = false;
      });
  }
}
