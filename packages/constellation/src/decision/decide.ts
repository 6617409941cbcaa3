import {
  isPublishedId,
  SyncError,
  type DeltaPosition,
  type DeltaReceipt,
  type DeviceStanding,
} from '@omega-tv/types';
import { digestDelta, type DeltaOutline } from '@omega-tv/compression';
import { applyMarks, type DeviceMarks } from '@omega-tv/federation';
import { toServerEpoch } from '../secrets.js';
import { withDecided, type DecidedDelta, type DeviceRecord } from './device-record.js';

/** What a server makes of a delta. */
export interface Decision {
  /** What is kept of the device from now on; absent where nothing changes. */
  readonly record?: DeviceRecord;
  /** New samples of each pattern, in the delta's order; none where it counts nothing. */
  readonly increments: readonly number[];
  /** False behind a gap and in a closed epoch: what follows there cannot be decided either. */
  readonly isDecided: boolean;
  readonly receipt: DeltaReceipt;
  readonly standing: Pick<DeviceStanding, 'position'>;
}

/**
 * Where a delta stands among those of its device: `next` is the one that its epoch waits for,
 * `repeated` was decided before; behind a `gap`, or in a `closed` epoch, nothing can be decided.
 * `marks`: not by position at all.
 */
export interface Place {
  readonly kind: 'marks' | 'next' | 'repeated' | 'gap' | 'closed';
  /** What was decided last in the delta's epoch. */
  readonly last?: DeltaPosition & Partial<DecidedDelta>;
}

/**
 * Decided before its embeddings are read: only what counts is worth that time.
 * @param storeEpoch of the store that decides; receipts and deltas name a hash of it.
 */
export function placeOf(
  known: DeviceRecord | undefined,
  delta: DeltaOutline,
  storeEpoch: string,
): Place {
  const { position, capabilities = [] } = delta;
  if (position === undefined) return { kind: 'marks' };
  const { last, closed = [] } = known ?? {};
  const { deviceEpoch, seq } = position;
  if (last?.deviceEpoch === deviceEpoch) {
    if (last.byPosition !== true) return { kind: 'marks' };
    if (seq <= last.seq) return { kind: 'repeated', last };
    return { kind: seq === last.seq + 1 ? 'next' : 'gap', last };
  }
  const left = closed.find((one) => one.deviceEpoch === deviceEpoch);
  if (left !== undefined) return { kind: seq <= left.seq ? 'repeated' : 'closed', last: left };
  if (!capabilities.includes('positions')) return { kind: 'marks' };
  return { kind: seq === 1 && !isForAnother(delta, storeEpoch) ? 'next' : 'gap' };
}

/** Sent before a restore, perhaps: the device has said it again since, or will. */
function isForAnother({ serverEpoch }: DeltaOutline, storeEpoch: string): boolean {
  return serverEpoch !== undefined && serverEpoch !== toServerEpoch(storeEpoch);
}

/**
 * Decides a delta by its position, or by the marks of its patterns where its epoch is not counted by
 * position. Pure: the same record, delta and server give the same decision.
 * @throws SyncError `invalid-pattern` for a delta that is refused for good.
 */
export function decide(
  known: DeviceRecord | undefined,
  delta: DeltaOutline,
  storeEpoch: string,
): Decision {
  const place = placeOf(known, delta, storeEpoch);
  if (place.kind === 'marks') return decideByMarks(known, delta);
  if (place.kind !== 'next') return undecided(known, place);
  return advance(known, delta, { increments: newSamplesOf(delta), outcome: 'applied' });
}

/**
 * Decides that a delta counts nothing, ever, for what it says. Where positions count, the refusal
 * takes the delta's place; else it leaves no trace.
 */
export function refuse(
  known: DeviceRecord | undefined,
  delta: DeltaOutline,
  storeEpoch: string,
): Decision | undefined {
  if (placeOf(known, delta, storeEpoch).kind !== 'next') return undefined;
  return advance(known, delta, { increments: [], outcome: 'refused' });
}

function advance(
  known: DeviceRecord | undefined,
  delta: DeltaOutline,
  { increments, outcome }: Pick<Decision, 'increments'> & { outcome: 'applied' | 'refused' },
): Decision {
  const position = delta.position ?? NO_POSITION;
  const digest = digestDelta(delta);
  const decided: DecidedDelta = {
    ...position,
    digest,
    byPosition: true,
    ...(outcome === 'refused' ? { outcome } : {}),
  };
  return {
    record: withDecided(known, known?.marks ?? noMarks, decided),
    increments,
    isDecided: true,
    receipt: { lastSeq: position.seq, outcome, digest },
    standing: standingOf(known?.last),
  };
}

/** Nothing is written: the receipt says what was decided last in the epoch. */
function undecided(known: DeviceRecord | undefined, place: Place): Decision {
  const { last } = place;
  const isDecided = place.kind === 'repeated';
  const isCounted = isDecided && last?.outcome !== 'refused';
  return {
    increments: [],
    isDecided,
    receipt: {
      lastSeq: last?.seq ?? 0,
      outcome: isCounted ? 'duplicate' : 'refused',
      digest: last?.digest ?? NO_DIGEST,
    },
    standing: standingOf(last ?? known?.last),
  };
}

function decideByMarks(known: DeviceRecord | undefined, delta: DeltaOutline): Decision {
  const { patterns, position } = delta;
  const { marks, increments } = applyMarks(known?.marks ?? noMarks, patterns);
  const digest = digestDelta(delta);
  const record =
    position === undefined
      ? { ...known, marks }
      : withDecided(known, marks, { ...position, digest });
  const isDuplicate = patterns.length > 0 && increments.every((count) => count === 0);
  return {
    record,
    increments,
    isDecided: true,
    receipt: {
      lastSeq: position?.seq ?? 0,
      outcome: isDuplicate ? 'duplicate' : 'applied',
      digest,
    },
    standing: standingOf(known?.last),
  };
}

/** @throws SyncError `invalid-pattern` where a pattern does not say what is new of it. */
function newSamplesOf({ patterns }: DeltaOutline): readonly number[] {
  return patterns.map(({ id, newSamples }, i) => {
    if (isPublishedId(id)) return 0;
    if (newSamples !== undefined) return newSamples;
    const path = `patterns[${i}].newSamples`;
    const limit = 'must be said where positions count';
    const message = `delta: ${path} ${limit}`;
    throw new SyncError('invalid-pattern', message, { path, value: newSamples, limit });
  });
}

function standingOf(last: DeltaPosition | undefined): Decision['standing'] {
  if (last === undefined) return {};
  return { position: { deviceEpoch: last.deviceEpoch, seq: last.seq } };
}

const noMarks: DeviceMarks = new Map();
const NO_DIGEST = '0'.repeat(16);
const NO_POSITION: DeltaPosition = { deviceEpoch: 0, seq: 0 };
