import { SyncError, type Logger } from '@omega-tv/types';
import type { CohortKeys } from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import type { Checkpoint, ConstellationStore } from '../store/constellation-store.js';
import { AppendQueue } from './append-queue.js';
import { foldEntry, type Folded } from './fold-entry.js';
import type { LogEntry } from './log-entry.js';
import { decodeEntry, encodeEntry } from './log-entry-codec.js';
import type { ReadLog } from './learn-records.js';
import { PendingChanges } from './pending-changes.js';
import { emptyServer, type ServerState } from './server-state.js';

/** How long a TV waits before it tries again after the server's disk failed. */
const STORE_RETRY_MS = 5000;
/** A checkpoint is made when so many records have changed, or the log has so many bytes more. */
const MAX_PENDING_RECORDS = 4096;
const MAX_PENDING_BYTES = 16 * 1024 * 1024;

export interface PartitionOptions {
  readonly store: ConstellationStore;
  readonly logger: Logger;
  readonly keys: CohortKeys;
  /** The state is another one: at first, and after an append that failed. In a turn. */
  readonly onLoaded?: (state: ServerState) => Promise<void>;
  /** Of other partitions, where their logs are learned here. */
  readonly readLog?: ReadLog;
  /** Of a store that is new. Default: drawn. */
  readonly epoch?: string;
}

/**
 * The owner of a partition: steps are decided one after another, in turns, and stand in the log before
 * anybody is told of them; the log is waited for together. After an append that failed, the next turn
 * begins with what checkpoint and log hold.
 */
export class Partition {
  readonly #store: ConstellationStore;
  readonly #logger: Logger;
  readonly #keys: CohortKeys;
  readonly #onLoaded: (state: ServerState) => Promise<void>;
  readonly #readLog: ReadLog | undefined;
  readonly #epoch: string | undefined;
  readonly #queue: AppendQueue;
  #state: ServerState = emptyServer('');
  #turn: Promise<unknown> = Promise.resolve();
  /** True when memory may be ahead of the disk. */
  #mustReload = false;
  /** Reloads that failed, and why the last one did. */
  #failedReloads = 0;
  #reloadError: SyncError<'http'> | undefined;
  /** Since the newest checkpoint, or the one that is being written. */
  #pending = new PendingChanges();
  #pendingBytes = 0;
  /** In the checkpoint that is being written. */
  #saving: PendingChanges | undefined;
  #checkpoint: Promise<void> | undefined;
  #save: Promise<void> = Promise.resolve();
  #durable: Promise<void> = Promise.resolve();
  #offset = 0;
  #savedMerged: ReadonlyMap<string, number> = new Map();
  #isTruncated = false;

  private constructor({ store, logger, keys, onLoaded, readLog, epoch }: PartitionOptions) {
    this.#store = store;
    this.#logger = logger;
    this.#keys = keys;
    this.#onLoaded = onLoaded ?? (() => Promise.resolve());
    this.#readLog = readLog;
    this.#epoch = epoch;
    this.#queue = new AppendQueue(store.log);
  }

  /**
   * Goes on where checkpoint and log left off; where there is neither, begins.
   * @throws what the store throws; SyncError `invalid-config` where entries are missing.
   */
  static async open(options: PartitionOptions): Promise<Partition> {
    const partition = new Partition(options);
    await partition.#load();
    return partition;
  }

  /** As of the last step, durable or not. */
  get state(): ServerState {
    return this.#state;
  }

  /** How far the newest checkpoint has learned the logs of other partitions. */
  get savedMerged(): ReadonlyMap<string, number> {
    return this.#savedMerged;
  }

  /** Entries that no checkpoint covers yet. */
  get logEntries(): number {
    return this.#queue.sequence - this.#offset;
  }

  /** Their bytes. */
  get logBytes(): number {
    return this.#pendingBytes;
  }

  /** Resolves when all steps so far are durable. @throws SyncError `http` where they are not. */
  get durable(): Promise<void> {
    return this.#durable;
  }

  /** @throws what `work` throws; SyncError `http` where memory cannot be brought back. */
  inTurn<Result>(work: () => Promise<Result> | Result): Promise<Result> {
    const failedBefore = this.#failedReloads;
    const result = this.#turn.then(async () => {
      // One attempt for all that wait: a store that does not answer is slow to say so.
      if (this.#mustReload) await this.#comeBack(failedBefore);
      return work();
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Folds an entry and appends it. In a turn. */
  async step(entry: LogEntry): Promise<{ readonly durable: Promise<void> }> {
    return { durable: this.append(entry, await this.fold(entry)) };
  }

  /** What an entry would make of the state. */
  fold(entry: LogEntry): Promise<Folded> {
    return foldEntry(this.#state, entry, {
      keys: this.#keys,
      deviceOf: (key) => this.deviceOf(key),
      ...(this.#readLog === undefined ? {} : { readLog: this.#readLog }),
    });
  }

  /**
   * Takes a step whose outcome is known. In a turn. Resolves when it is durable, and all before it; one that
   * changes nothing is appended only where another owner may have come.
   * @throws SyncError `http`, to be tried again, where it is not.
   */
  append(entry: LogEntry, { state, changed }: Folded): Promise<void> {
    const isNothing = state === this.#state && Object.keys(changed).length === 0;
    if (isNothing && this.#store.log.isExclusive === true) return this.#durable;
    this.#state = state;
    this.#pending.add(changed);
    const bytes = encodeEntry(entry);
    this.#pendingBytes += bytes.length;
    const durable = this.#queue.add(bytes).durable.catch((cause: unknown) => {
      // All that wait fail with it: one line says so, not one a push.
      const isKnown = this.#mustReload;
      this.#mustReload = true;
      throw this.#storeError(cause, isKnown);
    });
    this.#durable = durable;
    // Who waits for it hears of it; a step that nobody waits for must not end the process.
    durable.catch(() => undefined);
    const isFull = this.#pendingBytes >= MAX_PENDING_BYTES;
    if (isFull || this.#pending.size >= MAX_PENDING_RECORDS)
      this.checkpoint().catch(() => undefined);
    return durable;
  }

  /** As of the last step, durable or not. @throws SyncError `http` where it cannot be read. */
  async deviceOf(deviceKey: string): Promise<DeviceRecord | undefined> {
    const changed = this.#pending.deviceOf(deviceKey) ?? this.#saving?.deviceOf(deviceKey);
    if (changed !== undefined) return changed.record;
    return this.#store.checkpoints.loadDevice(deviceKey).catch((cause: unknown) => {
      throw this.#storeError(cause);
    });
  }

  /**
   * Saves the state as of now and truncates the log behind it; pushes go on meanwhile. Where it fails,
   * the checkpoint before it and the log hold all the same.
   */
  checkpoint(): Promise<void> {
    this.#checkpoint ??= this.#takeCheckpoint().finally(() => {
      this.#checkpoint = undefined;
    });
    return this.#checkpoint;
  }

  /** Decides what came before, makes a checkpoint of it, erases the log behind it, closes the store. */
  async close(): Promise<void> {
    await this.checkpoint().catch(() => undefined);
    if (this.#isTruncated) {
      await this.#store.compact().catch((cause: unknown) => {
        this.#logger.warn({ err: cause }, 'what was deleted still lies on the disk');
      });
    }
    const closed = this.#turn.then(async () => {
      await this.#queue.settled();
      await this.#store.close();
    });
    this.#turn = closed.catch(() => undefined);
    return closed;
  }

  async #takeCheckpoint(): Promise<void> {
    const captured = await this.inTurn(() => this.#capture());
    if (captured === undefined) return;
    this.#save = captured.save();
    await this.#save;
  }

  /** What is written is fixed here: the maps of a state never change. */
  #capture() {
    if (this.#pending.isEmpty) return undefined;
    const offset = this.#queue.sequence;
    const change = this.#pending.changeTo(this.#state, offset);
    const durable = this.#durable;
    const bytes = this.#pendingBytes;
    this.#saving = this.#pending;
    this.#pending = new PendingChanges();
    const save = async (): Promise<void> => {
      try {
        await durable;
        await this.#store.checkpoints.save(change);
        this.#saving = undefined;
        this.#offset = offset;
        this.#savedMerged = change.merged ?? new Map();
        this.#pendingBytes -= bytes;
        await this.#store.log.truncate(offset);
        this.#isTruncated = true;
      } catch (cause) {
        // What was to be saved is in the log still, and comes back from there.
        this.#mustReload = true;
        this.#logger.error(
          { err: cause },
          'no checkpoint could be made; the log holds what it lacks',
        );
        throw cause;
      }
    };
    return { save };
  }

  /** @param failedBefore reloads that had failed when who asks began to wait. */
  async #comeBack(failedBefore: number): Promise<void> {
    if (this.#reloadError !== undefined && failedBefore < this.#failedReloads) {
      throw this.#reloadError;
    }
    await this.#queue.settled();
    await this.#save.catch(() => undefined);
    await this.#load().catch((cause: unknown) => {
      this.#failedReloads += 1;
      this.#reloadError = this.#storeError(cause);
      throw this.#reloadError;
    });
    this.#mustReload = false;
  }

  async #load(): Promise<void> {
    const stored = await this.#store.checkpoints.load();
    const { offset, ...state } = stored ?? (await this.#begin());
    this.#state = state;
    this.#offset = offset;
    this.#savedMerged = state.merged ?? new Map();
    this.#pending = new PendingChanges();
    this.#saving = undefined;
    this.#pendingBytes = 0;
    this.#queue.reset(await this.#replay(offset));
    this.#durable = Promise.resolve();
    await this.#onLoaded(this.#state);
  }

  async #begin(): Promise<Checkpoint> {
    const offset = await this.#store.log.lastSequence();
    const state = emptyServer(this.#epoch ?? this.#keys.drawKey());
    await this.#store.checkpoints.save(new PendingChanges().changeTo(state, offset));
    return { ...state, offset };
  }

  /** Folds what the log holds behind a checkpoint; returns how far that is. */
  async #replay(offset: number): Promise<number> {
    let sequence = offset;
    for await (const { sequence: found, entry } of this.#store.log.read(offset)) {
      if (found !== sequence + 1) break;
      const { state, changed } = await this.fold(decodeEntry(entry));
      this.#state = state;
      this.#pending.add(changed);
      this.#pendingBytes += entry.length;
      sequence = found;
    }
    const last = await this.#store.log.lastSequence();
    if (last === sequence) return sequence;
    const message = `The log ends at entry ${last}, but only ${sequence} are there; restore the store`;
    throw new SyncError('invalid-config', message, { field: 'store' });
  }

  #storeError(cause: unknown, isKnown = false): SyncError<'http'> {
    const message = 'the store failed; nothing of the request was applied';
    if (!isKnown) this.#logger.error({ err: cause }, message);
    return new SyncError(
      'http',
      'The server could not use its store; nothing was applied, send it again later',
      { reason: 'server-error', status: 503 },
      { cause, retryable: true, retryAfterMs: STORE_RETRY_MS },
    );
  }
}
