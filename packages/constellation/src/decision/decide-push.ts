import { isSyncError, type SyncDelta, type SyncError } from '@omega-tv/types';
import type { DeltaOutline } from '@omega-tv/compression';
import type { Workers } from '../work/workers.js';
import { decide, placeOf, refuse, type Decision } from './decide.js';
import type { DeviceRecord } from './device-record.js';
import { checkOutline, isWithinLimits } from './request-limits.js';

/** A delta as it came in; its embeddings are decoded only where it counts. */
export interface ReceivedPush {
  readonly outline: DeltaOutline;
  /** @throws SyncError for what it says. */
  decode(): SyncDelta;
  /** Where decoding takes long: the same on another thread. */
  decodeOn?(workers: Workers): Promise<SyncDelta>;
}

export interface PushDecision {
  readonly decision: Decision;
  /** The whole delta, where it counts. */
  readonly delta?: SyncDelta;
  /** Why it counts nothing, ever; its place is taken all the same. */
  readonly refusal?: SyncError;
}

/**
 * Decides a delta, and reads it whole only where its position lets it count.
 * @throws SyncError where it is refused without taking a place.
 */
export function decidePush(
  known: DeviceRecord | undefined,
  received: ReceivedPush,
  storeEpoch: string,
): PushDecision {
  const { outline } = received;
  const { kind } = placeOf(known, outline, storeEpoch);
  if (kind !== 'marks' && kind !== 'next') return { decision: decide(known, outline, storeEpoch) };
  try {
    checkOutline(outline);
    const delta = received.decode();
    return { delta, decision: decide(known, outline, storeEpoch) };
  } catch (error) {
    const decision = isForGood(error) ? refuse(known, outline, storeEpoch) : undefined;
    if (decision === undefined || !isSyncError(error)) throw error;
    return { decision, refusal: error };
  }
}

/**
 * Has a delta decoded on another thread, where that takes long and it may count, so that its turn is
 * short. What is wrong with it shows there.
 */
export async function decodeAhead(
  known: DeviceRecord | undefined,
  received: ReceivedPush,
  storeEpoch: string,
  workers: Workers,
): Promise<ReceivedPush> {
  const { outline } = received;
  if (received.decodeOn === undefined || !mayCount(known, outline, storeEpoch)) return received;
  try {
    const delta = await received.decodeOn(workers);
    return { outline, decode: () => delta };
  } catch (error) {
    return {
      outline,
      decode: () => {
        throw error;
      },
    };
  }
}

function mayCount(
  known: DeviceRecord | undefined,
  outline: DeltaOutline,
  storeEpoch: string,
): boolean {
  const { kind } = placeOf(known, outline, storeEpoch);
  return (kind === 'marks' || kind === 'next') && isWithinLimits(outline);
}

/** For what the patterns say: the same delta can only be refused again. */
function isForGood(error: unknown): boolean {
  return isSyncError(error, 'invalid-pattern') || isSyncError(error, 'compression-limit');
}
