import { silentLogger, systemRandom } from '@omega-tv/types';
import { normaliseBaseUrl } from '@omega-tv/protocol';
import { stateOwned } from '../engine/state.js';
import { createMemoryPatternStore } from '../store/memory-pattern-store.js';
import type { SyncClientOptions } from '../sync-client-options.js';
import { sharingWithdrawn } from '../titles/completions.js';
import { TitleModel } from '../titles/title-model.js';
import { HeldSnapshot } from './held-snapshot.js';
import { Link } from './link.js';
import { Session } from './session.js';

/**
 * Reads where a TV's exchanges stand in its store. Nothing is sent.
 * @throws SyncError `invalid-config` for a store that another device id has used.
 */
export async function openSession(options: SyncClientOptions): Promise<Session> {
  const { deviceId, store = createMemoryPatternStore(), random = systemRandom } = options;
  const { logger = silentLogger, format, titles } = options;
  const url = normaliseBaseUrl(options.url);
  const loaded = await store.loadSyncState();
  const drawEpoch = (): number => Math.floor(random.next() * 2 ** 32);
  const owned = stateOwned(loaded, { deviceId, url }, drawEpoch);
  const state = titles?.areShared === true ? owned : sharingWithdrawn(owned);
  if (state !== loaded) {
    // A full disk must not stop a TV from starting: the owner is written with a later state.
    await store.saveSyncState(state).catch((err: unknown) => {
      logger.warn({ err }, 'the store cannot be written now');
    });
  }
  const held = new HeldSnapshot(state, format, logger);
  const link = new Link(options, url, held);
  const model = titles && new TitleModel(titles.catalogue, titles.textStart, random);
  return new Session(store, link, held, drawEpoch, model);
}
