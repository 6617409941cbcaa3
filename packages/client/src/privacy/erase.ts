import { emptySyncState, stateOwned, type DrawEpoch } from '../engine/state.js';
import type { PatternStore } from '../store/pattern-store.js';
import { profileForgotten } from './profiles.js';

/**
 * Erases a profile from a store: what it learned and completed, and what waits of it. What a server
 * has counted of it stays in the server's sums.
 */
export async function eraseProfile(
  store: PatternStore,
  profile: string,
  drawEpoch: DrawEpoch,
): Promise<void> {
  const state = await store.loadSyncState();
  const learned = await store.skillList(Number.MAX_SAFE_INTEGER, 'learned');
  const ids = new Set(learned.filter((one) => one.profile === profile).map(({ id }) => id));
  await store.erase([...ids], profileForgotten(state, ids, profile, drawEpoch));
}

/** Erases all that a TV learned and received; whose store it is stays. */
export async function eraseAll(store: PatternStore, drawEpoch: DrawEpoch): Promise<void> {
  const { owner } = await store.loadSyncState();
  const learned = await store.skillList(Number.MAX_SAFE_INTEGER, 'learned');
  const fresh = owner === undefined ? emptySyncState : stateOwned(emptySyncState, owner, drawEpoch);
  await store.erase(
    learned.map(({ id }) => id),
    fresh,
  );
}
