import { deserialize, serialize } from 'node:v8';
import { fromStoredTitles, toStoredTitles, type StoredTitles } from '@omega-tv/compression';
import type { GlobalPatterns } from '@omega-tv/types';
import type { ServerState } from '../writer/server-state.js';

/** All that is published: what a server needs to answer as the one that has published it. */
export type PublishedState = Pick<ServerState, 'titles' | 'frames'> & {
  readonly federation: { readonly published: GlobalPatterns };
};

interface StoredPublication {
  readonly globals: GlobalPatterns;
  readonly titles?: StoredTitles;
  readonly frames: ServerState['frames'];
}

export function encodePublication({ federation, titles, frames }: PublishedState): Uint8Array {
  return serialize({
    globals: federation.published,
    ...(titles === undefined ? {} : { titles: toStoredTitles(titles) }),
    frames,
  } satisfies StoredPublication);
}

export function decodePublication(bytes: Uint8Array): PublishedState {
  const { globals, titles, frames } = deserialize(bytes) as StoredPublication;
  return {
    federation: { published: globals },
    ...(titles === undefined ? {} : { titles: fromStoredTitles(titles) }),
    frames,
  };
}
