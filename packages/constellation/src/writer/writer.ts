import { SyncError, type Logger } from '@omega-tv/types';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ConstellationStore, StoreChange } from '../store/constellation-store.js';
import { CommitQueue } from './commit-queue.js';

/** How long a TV waits before it tries again after the server's disk failed. */
const STORE_RETRY_MS = 5000;

export interface WriterOptions {
  readonly store: ConstellationStore;
  readonly logger: Logger;
  /** Brings memory back to what the store holds. */
  readonly reload: () => Promise<void>;
}

/**
 * The only one who changes a store: work is decided one after another, in turns; writes are waited
 * for together. After a write that failed, the next turn begins with what the disk holds.
 */
export class Writer {
  readonly #store: ConstellationStore;
  readonly #queue: CommitQueue;
  readonly #logger: Logger;
  readonly #reload: () => Promise<void>;
  #turn: Promise<unknown> = Promise.resolve();
  /** True when memory may be ahead of the disk. */
  #mustReload = false;

  constructor({ store, logger, reload }: WriterOptions) {
    this.#store = store;
    this.#queue = new CommitQueue(store);
    this.#logger = logger;
    this.#reload = reload;
  }

  /** @throws what `work` throws; SyncError `http` where memory cannot be brought back. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(async () => {
      if (this.#mustReload) await this.#comeBack();
      return work();
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /**
   * Resolves when the change is durable.
   * @throws SyncError `http`, to be tried again, where it is not.
   */
  commit(change: StoreChange): Promise<void> {
    return this.#queue.add(change).catch((cause: unknown) => {
      this.#mustReload = true;
      throw this.#storeError(cause);
    });
  }

  /** As of the last change, durable or not. @throws SyncError `http` where it cannot be read. */
  async deviceOf(deviceKey: string): Promise<DeviceRecord | undefined> {
    const underWay = this.#queue.recordOf(deviceKey);
    if (underWay !== undefined) return underWay;
    return this.#store.loadDevice(deviceKey).catch((cause: unknown) => {
      throw this.#storeError(cause);
    });
  }

  /** Decides what came before, waits for its write, then closes the store. */
  close(): Promise<void> {
    const closed = this.#turn.then(async () => {
      await this.#queue.settled();
      await this.#store.close();
    });
    this.#turn = closed.catch(() => undefined);
    return closed;
  }

  async #comeBack(): Promise<void> {
    await this.#queue.settled();
    this.#queue.reset();
    await this.#reload().catch((cause: unknown) => {
      throw this.#storeError(cause);
    });
    this.#mustReload = false;
  }

  #storeError(cause: unknown): SyncError<'http'> {
    this.#logger.error({ err: cause }, 'the store failed; nothing of the request was applied');
    return new SyncError(
      'http',
      'The server could not use its store; nothing was applied, send it again later',
      { reason: 'server-error', status: 503 },
      { cause, retryable: true, retryAfterMs: STORE_RETRY_MS },
    );
  }
}
