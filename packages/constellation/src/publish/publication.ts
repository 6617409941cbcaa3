import { publishTitles, toStoredTitles, type TitleList } from '@omega-tv/compression';
import { composeGlobals, publishTitleFactors, titleTrends } from '@omega-tv/federation';
import type { GlobalPatterns } from '@omega-tv/types';
import type { PublishedEntry } from '../writer/log-entry.js';
import { settingsOf, type ServerState } from '../writer/server-state.js';
import type { NewVersion } from './published.js';

/** What the closed sums of a state say by now. */
export interface Publication {
  /** The next version; absent where nothing of it changed. */
  readonly globals?: GlobalPatterns;
  /** The next version of the list of titles; absent where nothing of it changed. */
  readonly titles?: TitleList;
}

/**
 * Publishes patterns, trends and titles from what closed cohorts say. Pure.
 * @param state that was tidied at `atMs`.
 */
export function composePublication(state: ServerState, atMs: number): Publication {
  const { federation, learning } = settingsOf(state);
  const { factors } = publishTitleFactors(state.learning, atMs, learning);
  const list = factors === null ? state.titles : publishTitles(state.titles, factors);
  const trends = titleTrends(state.learning);
  const globals = composeGlobals(state.federation, atMs, federation, trends);
  return {
    ...(globals === null ? {} : { globals }),
    ...(list === undefined || list === state.titles ? {} : { titles: list }),
  };
}

/** What stands in the log of it; undefined where there is nothing. */
export function toPublishedEntry(
  titles: TitleList | undefined,
  version: NewVersion | undefined,
): PublishedEntry | undefined {
  if (titles === undefined && version === undefined) return undefined;
  const { globals, snapshot } = version ?? {};
  return {
    kind: 'published',
    ...(titles === undefined ? {} : { titles: toStoredTitles(titles) }),
    ...(globals === undefined ? {} : { globals }),
    ...(snapshot === undefined
      ? {}
      : {
          snapshot: {
            version: snapshot.added.version,
            frame: snapshot.frame,
            expired: snapshot.expired,
          },
        }),
  };
}
