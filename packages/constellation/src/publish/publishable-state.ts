import { publishableFederation, type TitleRecord } from '@omega-tv/federation';
import { toStoredTitles, type PublishSnapshotOptions } from '@omega-tv/compression';
import type { PublicationJob } from '../work/publication-work.js';
import { settingsOf, type ServerState } from '../writer/server-state.js';

/** No snapshot of 5,120 bytes holds more: a pattern takes 40 at least. */
const MAX_PATTERNS = 128;

/** What a publication reads of a state, and no more: open cohorts stay where they are. */
export function toPublicationJob(
  state: ServerState,
  atMs: number,
  snapshot: PublishSnapshotOptions | undefined,
): PublicationJob {
  const { federation, learning, titles } = state;
  const closed = [...learning.titles.values()].filter(({ tally }) => tally.closed.weight > 0);
  return {
    atMs,
    settings: settingsOf(state),
    federation: publishableFederation(federation, MAX_PATTERNS),
    learning: {
      ...learning,
      titles: new Map(closed.map((record) => [record.id, withoutOpen(record)])),
      shared: new Map(
        Array.from(learning.shared, ([item, tally]) => [item, { ...tally, open: [] }]),
      ),
    },
    ...(titles === undefined ? {} : { titles: toStoredTitles(titles) }),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}

function withoutOpen({ id, tally, recent }: TitleRecord): TitleRecord {
  return { id, tally: { ...tally, open: [] }, ...(recent === undefined ? {} : { recent }) };
}
