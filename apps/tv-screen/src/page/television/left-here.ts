import type { Title } from '@omega-tv/catalogue/web';
import { sampleBooks, type SampleBooks } from '@omega-tv/client';
import type { ScreenTv } from './screen-tv.js';

/** Where everything is that was learned on this TV. */
export interface LeftHere {
  /** Titles that the server was told of, the last one first. */
  readonly told: readonly Title[];
  readonly waiting: readonly Title[];
  /** Finished, and never told. */
  readonly kept: readonly Title[];
  readonly samples: SampleBooks;
}

export async function leftHere(tv: ScreenTv): Promise<LeftHere> {
  const { client } = tv;
  const state = await client.store.loadSyncState();
  const learned = await client.store.skillList(Number.MAX_SAFE_INTEGER, 'learned');
  const completed = [...state.completed].sort(([, a], [, b]) => b.order - a.order);
  const among = (...statuses: readonly string[]): readonly Title[] =>
    completed
      .filter(([, { status }]) => statuses.includes(status))
      .map(([id]) => tv.title(id))
      .filter((one) => one !== undefined);
  return {
    told: among('reported'),
    waiting: among('waiting', 'begun'),
    kept: among('private'),
    samples: sampleBooks(state, learned),
  };
}
