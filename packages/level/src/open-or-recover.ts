import { isSyncError, silentLogger, systemClock, type Clock, type Logger } from '@omega-tv/types';
import { CorruptStoreError } from './corrupt-store-error.js';
import { reasonOf } from './reason.js';

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

/** What a caller chooses, wherever the store lies. */
export interface RecoveryOptions<Store> {
  /** Names the place of a store that was set aside. Default: the machine's. */
  readonly clock?: Clock;
  /** Default: silent. */
  readonly logger?: Logger;
  /** What is used while the disk cannot be. */
  readonly createInMemory: () => Store;
}

export interface RecoverablePlace<Store> extends RecoveryOptions<Store> {
  /** For messages, and the beginning of the name of what is set aside. */
  readonly place: string;
  /** @throws CorruptStoreError when it cannot be read; SyncError when it is not to be used. */
  readonly open: () => Promise<Store>;
  readonly setAside: (to: string) => Promise<void>;
  /** What is thrown instead of recovering; undefined where it shall recover. */
  readonly refuse?: ((cause: unknown) => Error) | undefined;
}

/**
 * Opens a store such that a corrupt one or a full disk never stops a TV from starting.
 * @throws SyncError `invalid-config` where the store is in use, of another kind or a newer layout;
 * what `refuse` makes of any other fault.
 */
export async function openOrRecover<Store>(
  options: RecoverablePlace<Store>,
): Promise<OpenedStore<Store>> {
  const { place, clock = systemClock, logger = silentLogger, open, refuse } = options;
  const useMemory = (cause: unknown): OpenedStore<Store> => {
    logger.error(
      { place, reason: reasonOf(cause) },
      'the store cannot be used; this run keeps nothing',
    );
    return { store: options.createInMemory(), outcome: 'memory-only', cause };
  };
  try {
    return { store: await open(), outcome: 'opened' };
  } catch (cause) {
    if (isSyncError(cause, 'invalid-config')) throw cause;
    if (refuse !== undefined) throw refuse(cause);
    if (!(cause instanceof CorruptStoreError)) return useMemory(cause);
    const setAsideTo = `${place}.corrupt-${clock.nowMs()}`;
    // Not the cause, which may name a record, and so a title: the caller gets it.
    logger.error({ place, setAsideTo }, 'the store is corrupt and was set aside');
    try {
      await options.setAside(setAsideTo);
      return { store: await open(), outcome: 'set-aside', setAsideTo, cause };
    } catch (error) {
      return useMemory(error);
    }
  }
}
