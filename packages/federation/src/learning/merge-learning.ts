import { SyncError } from '@omega-tv/types';
import { addClosed, type Tally } from '../tally.js';
import type { LearningState, SharedItem, TitleRecord } from './state.js';

/**
 * The sums of two partitions that hold different devices. Closed sums add; open cohorts stay apart,
 * each with its own key, and are never published.
 * @throws SyncError `invalid-config` where the two have other axes: those come from one publisher.
 */
export function mergeLearning(a: LearningState, b: LearningState): LearningState {
  if (a.axes.generation !== b.axes.generation) {
    const message = `axes are of generations ${a.axes.generation} and ${b.axes.generation}, but must be the same`;
    throw new SyncError('invalid-config', message, { field: 'axes' });
  }
  const titles = new Map<string, TitleRecord>(a.titles);
  for (const [id, { tally }] of b.titles) {
    titles.set(id, { id, tally: mergeTallies(titles.get(id)?.tally, tally) });
  }
  const shared = new Map<SharedItem, Tally>(a.shared);
  for (const [item, tally] of b.shared) shared.set(item, mergeTallies(shared.get(item), tally));
  return {
    ...a,
    titles,
    shared,
    counters: {
      completions: a.counters.completions + b.counters.completions,
      completionsLearned: a.counters.completionsLearned + b.counters.completionsLearned,
      latestMs: Math.max(a.counters.latestMs, b.counters.latestMs),
      clockMs: Math.max(a.counters.clockMs, b.counters.clockMs),
    },
  };
}

function mergeTallies(a: Tally | undefined, b: Tally): Tally {
  if (a === undefined) return b;
  const [longer, shorter] =
    a.closed.vector.length < b.closed.vector.length ? [b.closed, a.closed] : [a.closed, b.closed];
  return { closed: addClosed(shorter, longer), open: [...a.open, ...b.open] };
}
