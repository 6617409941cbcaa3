import { sampleBooks } from '../engine/books.js';
import type { DeadLetter, LearnedPattern, OutboxItem, SyncState } from '../engine/state.js';

/** Pushes that were begun and wait for an answer. */
export interface OutboxStanding {
  readonly pushes: number;
  readonly patterns: number;
  /** What their frozen patterns take, about. */
  readonly bytes: number;
  /** When the oldest was begun, in Unix ms; absent where none waits, or a store is too old to say. */
  readonly oldestBegunAtMs?: number;
}

/** Where a TV's exchanges stand. */
export interface SyncStanding {
  /** What is spoken now. */
  readonly protocolVersion: 1 | 2;
  /** Of the newest global patterns that arrived; 0 before the first. */
  readonly version: number;
  readonly outbox: OutboxStanding;
  /** Samples that are still to be acknowledged, begun pushes included. */
  readonly waitingSamples: number;
  /** Samples that stay here: below the quality filter, or of a private profile. */
  readonly withheldSamples: number;
  /** Completed titles that are still to be reported. */
  readonly waitingTitles: number;
  /** Patterns refused for good, each with its reason; the last 32. */
  readonly deadLetters: readonly DeadLetter[];
}

/** What of a frozen pattern is neither embedding nor name. */
const PATTERN_BYTES = 32;

export function standingOf(
  state: SyncState,
  learned: readonly LearnedPattern[],
  protocolVersion: 1 | 2,
): SyncStanding {
  const { waiting, withheld } = sampleBooks(state, learned);
  return {
    protocolVersion,
    version: state.lastVersion,
    outbox: outboxStanding(state.outbox),
    waitingSamples: waiting,
    withheldSamples: withheld,
    waitingTitles: [...state.completed.values()].filter(({ status }) => IN_TRANSIT.has(status))
      .length,
    deadLetters: state.deadLetters,
  };
}

const IN_TRANSIT: ReadonlySet<string> = new Set(['waiting', 'begun']);

/** Pushes that wait, of a state. */
export function outboxStanding(outbox: readonly OutboxItem[]): OutboxStanding {
  let [patterns, bytes] = [0, 0];
  let oldest: number | undefined;
  for (const item of outbox) {
    patterns += item.patterns.length;
    for (const { embedding, id, genre } of item.patterns) {
      bytes += embedding.byteLength + id.length + genre.length + PATTERN_BYTES;
    }
    const { begunAtMs } = item;
    if (begunAtMs !== undefined && (oldest === undefined || begunAtMs < oldest)) oldest = begunAtMs;
  }
  const age = oldest === undefined ? {} : { oldestBegunAtMs: oldest };
  return { pushes: outbox.length, patterns, bytes, ...age };
}
