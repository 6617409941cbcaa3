import { silentLogger, SyncError, type Logger } from '@omega-tv/types';
import type { Constellation } from '../constellation.js';
import { repeatWithTimer, type Repeat } from '../repeat.js';

export interface Publisher {
  /** Publishes no more; resolves when what runs is done. */
  stop(): Promise<void>;
}

export interface PublishingOptions {
  readonly everyMs: number;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Default: the machine's timers. */
  readonly repeat?: Repeat;
}

/**
 * Publishes again and again; a publication that fails is logged, and the next one tried in turn.
 * @throws SyncError `invalid-config` for a time that no timer takes.
 * @example
 * ```ts
 * import {
 *   Constellation,
 *   createMemoryConstellationStore,
 *   startPublishing,
 * } from '@omega-tv/constellation';
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 *
 * const store = createMemoryConstellationStore();
 * const constellation = await Constellation.open({ store, format: createNodeV1Format() });
 * const publisher = startPublishing(constellation, { everyMs: 60_000 });
 * await publisher.stop();
 * console.log(constellation.version); // => 0
 * await constellation.close();
 * ```
 */
export function startPublishing(
  constellation: Pick<Constellation, 'publish'>,
  options: PublishingOptions,
): Publisher {
  const { everyMs, logger = silentLogger, repeat = repeatWithTimer } = options;
  if (!(everyMs >= 1 && everyMs < 2 ** 31)) {
    throw new SyncError('invalid-config', `everyMs is ${everyMs}; expected 1 to ${2 ** 31 - 1}`, {
      field: 'everyMs',
    });
  }
  let running: Promise<unknown> | undefined;
  const stop = repeat(() => {
    running ??= constellation
      .publish()
      .catch((cause: unknown) => {
        logger.error({ err: cause }, 'the publication failed');
      })
      .finally(() => {
        running = undefined;
      });
  }, everyMs);
  return {
    stop: async () => {
      stop();
      await running;
    },
  };
}
