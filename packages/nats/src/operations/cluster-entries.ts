import { backupEntriesOf, type BackupEntry } from '@omega-tv/constellation';
import type { RecordReader } from '@omega-tv/level';
import { sumReports } from '../cluster/sum-reports.js';
import type { ClusterCopy, StoreCopy } from './copies.js';

type ValueOf<Kind extends BackupEntry['kind']> = Extract<BackupEntry, { kind: Kind }>['value'];
export type Head = ValueOf<'head'>;
export type LearningCounters = ValueOf<'learning'>;
export type DeviceEntry = Extract<BackupEntry, { kind: 'device' }>;

/** What a store says of itself; undefined where no server has run on it. */
export async function headOf(records: RecordReader): Promise<Head | undefined> {
  for await (const entry of backupEntriesOf(records)) {
    return entry.kind === 'head' ? entry.value : undefined;
  }
  return undefined;
}

/** What is true of all partitions together. */
export interface Totals {
  readonly counters: Head['counters'];
  /** The latest of all. */
  readonly time: Time;
  readonly learningTime: Time;
}

interface Time {
  readonly latestMs: number;
  readonly clockMs: number;
}

/**
 * A cluster as the server that it is to its TVs: the publisher's sums, the partitions' devices, and
 * counters of all. The head comes last.
 */
export async function* clusterEntries(copy: ClusterCopy): AsyncIterable<BackupEntry> {
  let own: Head | undefined;
  let learning: LearningCounters | undefined;
  for await (const entry of backupEntriesOf(copy.publisher.records)) {
    if (entry.kind === 'head') own = entry.value;
    else if (entry.kind === 'learning') learning = entry.value;
    else yield entry;
  }
  for (const { records } of copy.partitions) yield* devicesOf(records);
  const { counters, time, learningTime } = await totalsOf(copy.partitions);
  if (learning !== undefined) {
    yield { kind: 'learning', value: { ...learning, ...later(learning, learningTime) } };
  }
  if (own === undefined) return;
  const { merged: _, ...head } = own;
  const federationCounters = {
    ...head.federationCounters,
    ...later(head.federationCounters, time),
  };
  yield {
    kind: 'head',
    value: { ...head, epoch: copy.layout.epoch, counters, federationCounters },
  };
}

export async function* devicesOf(records: RecordReader): AsyncIterable<DeviceEntry> {
  for await (const entry of backupEntriesOf(records)) {
    if (entry.kind === 'device') yield entry;
  }
}

/** Counters and times of all partitions together. */
export async function totalsOf(partitions: readonly StoreCopy[]): Promise<Totals> {
  let time = noTime;
  let learningTime = noTime;
  for (const { records } of partitions) {
    for await (const entry of backupEntriesOf(records)) {
      if (entry.kind === 'head') time = later(time, entry.value.federationCounters);
      else if (entry.kind === 'learning') learningTime = later(learningTime, entry.value);
      // They stand before all others.
      else break;
    }
  }
  const reports = partitions.map(({ report }) => report);
  const none = { version: 0, epoch: '', refused: 0 };
  const { version: _, epoch: __, ...counters } = sumReports(reports, none);
  return { counters, time, learningTime };
}

function later(a: Time, b: Time): Time {
  const { latestMs, clockMs } = a.latestMs >= b.latestMs ? a : b;
  return { latestMs, clockMs };
}

export const noCounts: Head['counters'] = {
  devices: 0,
  deltasApplied: 0,
  duplicates: 0,
  refused: 0,
  samplesAccepted: 0,
};
export const noTime: Time = { latestMs: 0, clockMs: 0 };
