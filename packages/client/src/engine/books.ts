import { tastesOf } from '../choose/copies.js';
import { pendingSamples } from '../choose/pending.js';
import { markOf, settled } from './marks.js';
import { samplesOnTheirWay } from './outbox.js';
import type { LearnedPattern, SyncState } from './state.js';

/** Every learned sample is in exactly one of these. */
export interface SampleBooks {
  readonly learned: number;
  readonly acknowledged: number;
  /** Begun pushes included. */
  readonly waiting: number;
  /** Of patterns below the quality filter, of private profiles, or beyond the ids that a server keeps marks of. */
  readonly withheld: number;
  readonly deadLettered: number;
  /** Lost by the server since, and no longer kept here; or perhaps told before the disk lost writes. */
  readonly dropped: number;
}

/** Accounts for every learned sample. */
export function sampleBooks(state: SyncState, learned: readonly LearnedPattern[]): SampleBooks {
  const onTheirWay = samplesOnTheirWay(state);
  const pending = pendingSamples(state, learned);
  const books = {
    ...{ learned: 0, acknowledged: 0, waiting: 0 },
    ...{ withheld: 0, deadLettered: 0, dropped: 0 },
  };
  for (const { id, sampleCount } of tastesOf(learned, state.merges)) {
    const mark = markOf(state.marks, id);
    const sent = onTheirWay.get(id) ?? 0;
    const unsaid = Math.max(0, sampleCount - settled(mark) - sent);
    const isPending = pending.has(id);
    books.learned += sampleCount;
    books.acknowledged += mark.acknowledged + mark.byMarks + mark.elsewhere;
    books.deadLettered += mark.refused;
    books.dropped += mark.lost;
    books.waiting += sent + mark.unsure + (isPending ? unsaid : 0);
    books.withheld += isPending ? 0 : unsaid;
  }
  return books;
}
