import { tastesOf } from '../choose/copies.js';
import { added, markOf, settled } from './marks.js';
import { samplesOnTheirWay } from './outbox.js';
import type { LearnedPattern, SyncState } from './state.js';

/**
 * A state of which later writes are missing: pushes may have been begun, sent and acknowledged since.
 * Samples and titles of which nothing says that they were told count as told, since a sample that
 * is lost does less harm to the fleet than one that counts twice. Pushes that were begun go on: their
 * places say whether they counted.
 */
export function stateOfUnknownAge(
  state: SyncState,
  learned: readonly LearnedPattern[],
): { readonly state: SyncState; readonly samples: number } {
  const onTheirWay = samplesOnTheirWay(state);
  let { marks } = state;
  let samples = 0;
  for (const { id, sampleCount } of tastesOf(learned, state.merges)) {
    const unsaid = sampleCount - settled(markOf(marks, id)) - (onTheirWay.get(id) ?? 0);
    if (unsaid <= 0) continue;
    samples += unsaid;
    marks = added(marks, id, { lost: unsaid });
  }
  const completed = new Map(
    Array.from(state.completed, ([id, title]) => [
      id,
      title.status === 'waiting' ? { ...title, status: 'reported' as const } : title,
    ]),
  );
  return { state: { ...state, marks, completed }, samples };
}
