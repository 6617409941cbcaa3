import type { RandomSource } from '@omega-tv/types';
import type { SyncState } from '../engine/state.js';
import type { Session } from '../exchange/session.js';
import { sharingWithdrawn, titleCompleted } from './completions.js';
import type { RankedTitle } from './title-model.js';

export interface WatchedTitlesOptions {
  readonly areShared: boolean;
  readonly reportSpreadMs: number;
  readonly random: RandomSource;
}

/** Who watched, where the host tells profiles apart. */
export interface Whose {
  readonly profile?: string;
}

/** The titles that were completed on a TV, whether they may leave it, and what they say of others. */
export class WatchedTitles {
  #areShared: boolean;

  constructor(
    private readonly session: Session,
    private readonly options: WatchedTitlesOptions,
  ) {
    this.#areShared = options.areShared;
  }

  completed(state: SyncState, contentIds: readonly string[], { profile }: Whose): SyncState {
    const { random, reportSpreadMs } = this.options;
    const rules = {
      ...(profile === undefined ? {} : { profile }),
      isShared: this.#areShared,
      nowMs: this.session.link.clock.nowMs(),
      spreadMs: reportSpreadMs,
      draw: () => random.next(),
    };
    return contentIds.reduce((next, id) => titleCompleted(next, id, rules), state);
  }

  /** The viewer's consent; withdrawn, nothing that waits is reported any more. */
  shared(state: SyncState, areShared: boolean): SyncState {
    this.#areShared = areShared;
    return areShared ? state : sharingWithdrawn(state);
  }

  async rank(): Promise<readonly RankedTitle[]> {
    const { titles, store } = this.session;
    return titles?.rank(await store.loadSyncState()) ?? [];
  }

  async reasonsFor(contentId: string): Promise<readonly string[]> {
    const { titles, store } = this.session;
    return titles?.reasonsFor(await store.loadSyncState(), contentId) ?? [];
  }
}
