import { rename } from 'node:fs/promises';
import { silentLogger, SyncError, systemClock, type Clock, type Logger } from '@omega-tv/types';

export interface OpenOrSetAsideOptions<Store> {
  readonly directory: string;
  /** Names the folder of a store that was set aside. Default: the machine's. */
  readonly clock?: Clock;
  /** Default: silent. */
  readonly logger?: Logger;
  /**
   * Opens the store in the folder and reads all of it.
   * @throws CorruptStoreError when a record cannot be read; what LevelDB throws for the rest.
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

/** Thrown by `open` when the folder holds records that cannot be read. */
export class CorruptStoreError extends Error {
  override readonly name = 'CorruptStoreError';
}

/**
 * Opens a store such that a corrupt folder or a full disk never stops a TV from starting; `outcome`
 * says what happened.
 * @throws SyncError `invalid-config` when another process has the store open, and for any other fault where
 * `recover` is false.
 */
export async function openOrSetAside<Store>(
  options: OpenOrSetAsideOptions<Store>,
): Promise<OpenedStore<Store>> {
  const { directory, clock = systemClock, logger = silentLogger, open } = options;
  const useMemory = (cause: unknown): OpenedStore<Store> => {
    logger.error({ directory, err: cause }, 'the store cannot be used; this run keeps nothing');
    return { store: options.createInMemory(), outcome: 'memory-only', cause };
  };
  try {
    return { store: await open(directory), outcome: 'opened' };
  } catch (cause) {
    if (levelCode(cause) === 'LEVEL_LOCKED') throw inUse(directory, cause);
    if (options.recover === false) throw unusable(directory, cause);
    if (!isCorrupt(cause)) return useMemory(cause);
    const setAsideTo = `${directory}.corrupt-${clock.nowMs()}`;
    logger.error({ directory, setAsideTo, err: cause }, 'the store is corrupt and was set aside');
    try {
      await rename(directory, setAsideTo);
      return { store: await open(directory), outcome: 'set-aside', setAsideTo, cause };
    } catch (error) {
      return useMemory(error);
    }
  }
}

function isCorrupt(error: unknown): boolean {
  return error instanceof CorruptStoreError || levelCode(error) === 'LEVEL_CORRUPTION';
}

/** abstract-level wraps what LevelDB said as the cause. */
export function levelCode(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return (cause as { code?: unknown } | undefined)?.code;
}

function unusable(directory: string, cause: unknown): SyncError<'invalid-config'> {
  const reason = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new SyncError(
    'invalid-config',
    `The store ${directory} cannot be used (${reason})`,
    { field: 'directory' },
    { cause },
  );
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function inUse(directory: string, cause: unknown): SyncError<'invalid-config'> {
  return new SyncError(
    'invalid-config',
    `The store ${directory} is in use by another process; stop it or choose another folder`,
    { field: 'directory' },
    { cause },
  );
}
