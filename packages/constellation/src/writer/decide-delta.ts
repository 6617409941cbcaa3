import type { CohortKeys } from '@omega-tv/federation';
import type { PushedPattern, SyncDelta } from '@omega-tv/types';
import type { ReceivedPush } from '../decision/decide-push.js';
import { applyPush, type AppliedPush, type KnownDevice } from './apply-push.js';
import { recordingKeys } from './cohort-keys.js';
import type { DeltaEntry } from './log-entry.js';
import type { ServerState } from './server-state.js';

const NO_EMBEDDING = new Float32Array();

export interface DecideContext {
  readonly keys: CohortKeys;
  /** By the server's clock, Unix ms. */
  readonly nowMs: () => number;
}

export interface DecidedDelta {
  readonly applied: AppliedPush;
  /** What makes the same of the same state. */
  readonly entry: DeltaEntry;
}

/**
 * Decides a push that has just come in, and writes down what its fold came from.
 * @throws SyncError where it is refused without taking a place.
 */
export function decideDelta(
  state: ServerState,
  known: KnownDevice,
  received: ReceivedPush,
  { keys, nowMs }: DecideContext,
): DecidedDelta {
  const recording = recordingKeys(keys);
  const atMs = nowMs();
  const applied = applyPush(state, known, received, recording, () => atMs);
  const { decision, refusal, delta, lesson } = applied;
  const entry: DeltaEntry = {
    kind: 'delta',
    atMs,
    deviceKey: known.key,
    contributes: known.contributes,
    delta: toLogged(received, known.contributes ? decision.increments : [], delta),
    isRefused: refusal !== undefined,
    drawnKeys: recording.drawn,
    ...(lesson === undefined ? {} : { lesson }),
  };
  return { applied, entry };
}

/** What no fold looks at is left out; embeddings that no sum takes in are most of the bytes. */
function toLogged(
  { outline }: ReceivedPush,
  increments: readonly number[],
  decoded: SyncDelta | undefined,
): SyncDelta {
  const { taste, heldTitles: _, ...said } = outline;
  const patterns = outline.patterns.map((metadata, i): PushedPattern => {
    const isCounted = (increments[i] ?? 0) > 0;
    const embedding = isCounted ? decoded?.patterns[i]?.embedding : undefined;
    return { ...metadata, embedding: embedding ?? NO_EMBEDDING };
  });
  // The kind of a taste is all that a digest covers.
  return {
    ...said,
    patterns,
    ...(taste === undefined ? {} : { taste: { kind: taste.kind } as SyncDelta['taste'] }),
  } as SyncDelta;
}
