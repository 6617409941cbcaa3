import type { CohortKeys, SharedItem } from '@omega-tv/federation';
import type { LogRecord } from '../log/delta-log.js';
import type { Folded } from './fold-entry.js';
import { learnDelta } from './learn-delta.js';
import { decodeEntry } from './log-entry-codec.js';
import type { ServerState } from './server-state.js';

/** The entries of another partition's log behind a sequence, oldest first. */
export type ReadLog = (partition: string, after: number) => AsyncIterable<LogRecord>;

/**
 * Learns what another partition has decided; its devices are kept there. Pure.
 * @param records of its log, in their order, behind all that was learned of it before.
 */
export function learnRecords(
  before: ServerState,
  partition: string,
  records: readonly LogRecord[],
  keys: CohortKeys,
): Folded {
  const clusters = new Set<string>();
  const trends = new Set<string>();
  const titles = new Set<string>();
  const shared = new Set<SharedItem>();
  let state = before;
  for (const { entry } of records) {
    const logged = decodeEntry(entry);
    if (logged.kind !== 'delta' || logged.lesson === undefined) continue;
    const learned = learnDelta(state, logged.delta, logged.lesson, keys, logged.atMs);
    ({ state } = learned);
    const { touched, learned: ofTitles } = learned.changed ?? {};
    for (const id of touched?.clusters ?? []) clusters.add(id);
    for (const id of touched?.trends ?? []) trends.add(id);
    for (const id of ofTitles?.titles ?? []) titles.add(id);
    for (const item of ofTitles?.shared ?? []) shared.add(item);
  }
  const through = records.at(-1)?.sequence;
  const merged = new Map(before.merged);
  if (through !== undefined) merged.set(partition, through);
  return {
    state: { ...state, merged },
    changed: {
      touched: { clusters: [...clusters], trends: [...trends] },
      learned: { titles: [...titles], shared: [...shared] },
    },
  };
}
