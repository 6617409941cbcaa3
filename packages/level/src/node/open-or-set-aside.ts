import { rename } from 'node:fs/promises';
import {
  isSyncError,
  silentLogger,
  SyncError,
  systemClock,
  type Clock,
  type Logger,
} from '@omega-tv/types';
import { CorruptStoreError } from '../corrupt-store-error.js';
import { reasonOf } from './level-folder.js';

export interface OpenOrSetAsideOptions<Store> {
  readonly directory: string;
  /** Names the folder of a store that was set aside. Default: the machine's. */
  readonly clock?: Clock;
  /** Default: silent. */
  readonly logger?: Logger;
  /**
   * Opens the store in the folder and reads all of it.
   * @throws CorruptStoreError when it cannot be read; SyncError when it is not to be used.
   */
  readonly open: (directory: string) => Promise<Store>;
  /** False for who only reads: then a store that cannot be used is an error. Default: true. */
  readonly recover?: boolean;
  /** What is used while the disk cannot be. */
  readonly createInMemory: () => Store;
}

export interface OpenedStore<Store> {
  readonly store: Store;
  /**
   * `opened`: as it was left. `set-aside`: it was corrupt, was moved to `setAsideTo`, and a fresh
   * one was opened. `memory-only`: the disk cannot be used now; what this run stores is lost with
   * it, and what an earlier run stored is untouched.
   */
  readonly outcome: 'opened' | 'set-aside' | 'memory-only';
  readonly setAsideTo?: string;
  readonly cause?: unknown;
}

/**
 * Opens a store such that a corrupt folder or a full disk never stops a TV from starting; `outcome`
 * says what happened.
 * @throws SyncError `invalid-config` when another process has the store open, or it is of another
 * kind or a newer layout, and for any other fault where `recover` is false.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { openMemoryRecords } from '@omega-tv/level/memory';
 * import { openOrSetAside, openRecords } from '@omega-tv/level/node';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'notes-')); // yours: a folder that stays
 * const layout = { kind: 'notes', layout: 1 };
 * const fallback = await openMemoryRecords(layout);
 * const { store, outcome } = await openOrSetAside({
 *   directory,
 *   open: () => openRecords({ ...layout, directory }),
 *   createInMemory: () => fallback,
 * });
 * console.log(outcome); // => opened
 * await store.close();
 * await rm(directory, { recursive: true });
 * ```
 */
export async function openOrSetAside<Store>(
  options: OpenOrSetAsideOptions<Store>,
): Promise<OpenedStore<Store>> {
  const { directory, clock = systemClock, logger = silentLogger, open } = options;
  const useMemory = (cause: unknown): OpenedStore<Store> => {
    const reason = reasonOf(cause);
    logger.error({ directory, reason }, 'the store cannot be used; this run keeps nothing');
    return { store: options.createInMemory(), outcome: 'memory-only', cause };
  };
  try {
    return { store: await open(directory), outcome: 'opened' };
  } catch (cause) {
    if (isSyncError(cause, 'invalid-config')) throw cause;
    if (options.recover === false) throw unusable(directory, cause);
    if (!(cause instanceof CorruptStoreError)) return useMemory(cause);
    const setAsideTo = `${directory}.corrupt-${clock.nowMs()}`;
    // Not the cause, which may name a record, and so a title: the caller gets it.
    logger.error({ directory, setAsideTo }, 'the store is corrupt and was set aside');
    try {
      await rename(directory, setAsideTo);
      return { store: await open(directory), outcome: 'set-aside', setAsideTo, cause };
    } catch (error) {
      return useMemory(error);
    }
  }
}

function unusable(directory: string, cause: unknown): SyncError<'invalid-config'> {
  return new SyncError(
    'invalid-config',
    `The store ${directory} cannot be used (${reasonOf(cause)})`,
    { field: 'directory' },
    { cause },
  );
}
