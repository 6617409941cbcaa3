import { publishTitles, type TitleList } from '@omega-tv/compression';
import {
  publish,
  publishTitleFactors,
  titleTrends,
  type FederationConfig,
  type LearningConfig,
} from '@omega-tv/federation';
import type { GlobalPatterns } from '@omega-tv/types';
import type { StoreChange } from '../store/constellation-store.js';
import { changeOf, type ServerState } from '../writer/server-state.js';

/** What the sums of a state say by now. */
export interface Publication {
  /** With what expired forgotten, whether or not anything is published. */
  readonly state: ServerState;
  /** The records that differ from the disk; undefined where none does. */
  readonly change?: StoreChange;
  /** The next version; absent where nothing of it changed. */
  readonly globals?: GlobalPatterns;
  /** The next version of the list of titles; absent where nothing of it changed. */
  readonly titles?: TitleList;
}

export interface PublicationConfig {
  readonly federation: FederationConfig;
  readonly learning: LearningConfig;
}

/**
 * Publishes patterns, trends and titles from what closed cohorts say. Pure.
 * @param nowMs by the clock that gave deltas their receive times (Unix ms).
 */
export function publishState(
  before: ServerState,
  nowMs: number,
  config: PublicationConfig,
): Publication {
  const learned = publishTitleFactors(before.learning, nowMs, config.learning);
  const list =
    learned.factors === null ? before.titles : publishTitles(before.titles, learned.factors);
  const titles = list === before.titles ? undefined : list;
  const trends = titleTrends(learned.state);
  const published = publish(before.federation, nowMs, config.federation, trends);
  const { globals } = published;
  const state = {
    ...before,
    federation: published.state,
    learning: learned.state,
    ...(list === undefined ? {} : { titles: list }),
  };
  const { axes, scoring } = before.learning;
  const model = learned.state.axes !== axes || learned.state.scoring !== scoring;
  const isLearned = model || learned.touched.titles.length + learned.touched.shared.length > 0;
  const isChanged =
    isLearned ||
    titles !== undefined ||
    globals !== null ||
    published.touched.clusters.length + published.touched.trends.length > 0;
  const records = {
    touched: published.touched,
    ...(isLearned ? { learned: { ...learned.touched, model } } : {}),
  };
  return {
    state,
    ...(isChanged
      ? { change: { ...changeOf(state, records), ...(titles === undefined ? {} : { titles }) } }
      : {}),
    ...(globals === null ? {} : { globals }),
    ...(titles === undefined ? {} : { titles }),
  };
}
