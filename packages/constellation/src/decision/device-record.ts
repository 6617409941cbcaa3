import type { DeltaPosition } from '@omega-tv/types';
import type { DeviceActivity, DeviceMarks, DeviceWeight } from '@omega-tv/federation';

/** What a server keeps of a device. */
export interface DeviceRecord {
  /** Of what is counted by marks: v1, and device epochs of the first release of v2. */
  readonly marks: DeviceMarks;
  /** True where nothing that the marks count joined a cohort. */
  readonly idleMarks?: true;
  /** The v2 delta that was decided last. */
  readonly last?: DecidedDelta;
  /** Where the epochs before that one stood, newest first: no delta opens them again. */
  readonly closed?: readonly DeltaPosition[];
  /** How active it was of late; no title. Absent before its first completion. */
  readonly activity?: DeviceActivity;
  /** How much of it was learned of late. Absent before its first pattern. */
  readonly weight?: DeviceWeight;
  /** When a push was decided last, in whole days of fold time since 1970. Absent in old records. */
  readonly day?: number;
}

/** A delta that a server has counted, or refused for good. */
export interface DecidedDelta extends DeltaPosition {
  readonly digest: string;
  /** Absent: counted. */
  readonly outcome?: 'refused';
  /** True in an epoch that is counted by position; others are counted by marks. */
  readonly byPosition?: true;
}

/** Epochs of one device that are remembered as closed. */
const MAX_CLOSED_EPOCHS = 8;

/** The record with a delta decided; an epoch that it leaves is closed. */
export function withDecided(
  known: DeviceRecord | undefined,
  marks: DeviceMarks,
  decided: DecidedDelta,
): DeviceRecord {
  const { last, closed = [], activity, weight } = known ?? {};
  const isOpened = last !== undefined && last.deviceEpoch !== decided.deviceEpoch;
  const left = isOpened ? [{ deviceEpoch: last.deviceEpoch, seq: last.seq }, ...closed] : closed;
  const kept = left.slice(0, MAX_CLOSED_EPOCHS);
  return {
    marks,
    last: decided,
    ...(kept.length === 0 ? {} : { closed: kept }),
    ...(activity === undefined ? {} : { activity }),
    ...(weight === undefined ? {} : { weight }),
  };
}
