import type { Session } from '../exchange/session.js';
import { eraseAll, eraseProfile } from './erase.js';
import { profileKeptPrivate } from './profiles.js';

/** What a client does for its viewers' privacy, between exchanges. */
export class Erasure {
  constructor(private readonly session: Session) {}

  async keepPrivate(profile: string, isPrivate: boolean): Promise<void> {
    const { store, drawEpoch } = this.session;
    const learned = await store.skillList(Number.MAX_SAFE_INTEGER, 'learned');
    await this.session.change((state) =>
      profileKeptPrivate(state, learned, profile, isPrivate, drawEpoch),
    );
  }

  async profile(profile: string): Promise<void> {
    await eraseProfile(this.session.store, profile, this.session.drawEpoch);
  }

  async all(): Promise<void> {
    const { store, held, drawEpoch } = this.session;
    await eraseAll(store, drawEpoch);
    held.follow(await store.loadSyncState(), undefined);
  }
}
