import { tmpdir } from 'node:os';
import {
  restoredEntries,
  toRecordOperation,
  verifyBackupFile,
  type BackupEntry,
  type OpenedCheckpoints,
  type RestoreOptions,
} from '@omega-tv/constellation';
import type { Bus } from '../bus/bus.js';
import { PUBLISHER } from '../cluster/duties.js';
import { beginLayout, replaceLayout, type Layout } from '../cluster/layout.js';
import { openNatsCheckpoints } from '../store/nats-store.js';
import { ClusterHold } from './cluster-hold.js';
import { noCounts, noTime, type Head, type LearningCounters } from './cluster-entries.js';
import { dropStores, storesOf } from './drop-stores.js';
import { PartitionFill } from './partition-fill.js';

const BATCH = 512;

export interface RestoreClusterOptions extends RestoreOptions {
  readonly bus: Bus;
  /** 1 to 256. Default: 4. */
  readonly partitions?: number;
  /** A folder for copies of what is written. Default: the machine's. */
  readonly scratch?: string;
}

/**
 * Makes a cluster from a backup, of a folder's server or of a cluster, as `restoreStore` makes a folder: of
 * a new server epoch, with numbers of what it publishes that no TV and no cache knows. No server starts on
 * one that is cut off; when it is run again it begins anew.
 * @throws SyncError `invalid-config` for a file that is no whole backup, a number of partitions that cannot
 * be, or a cluster that is there; else what NATS or the file system throws.
 */
export async function restoreCluster(
  file: string,
  { bus, partitions, scratch = tmpdir(), ...renewal }: RestoreClusterOptions,
): Promise<void> {
  await verifyBackupFile(file);
  const hold = await ClusterHold.take(bus, [PUBLISHER]);
  try {
    const isEmpty = (await storesOf(bus)).length === 0;
    const layout = await beginLayout(bus, isEmpty, partitions);
    await dropStores(bus, []);
    const epoch = await fillStores(bus, layout, restoredEntries(file, renewal), scratch);
    await hold.check();
    await replaceLayout(bus, { epoch, isIncomplete: false });
  } finally {
    await hold.release();
  }
}

/** Devices go to their partitions, all else to the publisher. @returns the epoch. */
async function fillStores(
  bus: Bus,
  layout: Layout,
  entries: AsyncIterable<BackupEntry>,
  scratch: string,
): Promise<string> {
  const publisher = await openNatsCheckpoints({ bus, partition: PUBLISHER, scratch });
  const fill = await PartitionFill.open(bus, layout, scratch);
  try {
    const { head, learning } = await share(entries, publisher.records, fill);
    await publisher.compact();
    const { epoch, counters, federationCounters: time } = head;
    await fill.finish(epoch, { counters, time, learningTime: learning ?? noTime });
    return epoch;
  } finally {
    await fill.close();
    await publisher.close();
  }
}

async function share(
  entries: AsyncIterable<BackupEntry>,
  publisher: OpenedCheckpoints['records'],
  fill: PartitionFill,
): Promise<{ readonly head: Head; readonly learning: LearningCounters | undefined }> {
  let head: Head | undefined;
  let learning: LearningCounters | undefined;
  let waiting: BackupEntry[] = [];
  const write = async (): Promise<void> => {
    const operations = waiting.map(toRecordOperation);
    waiting = [];
    await publisher.write(() => operations);
  };
  for await (const entry of entries) {
    if (entry.kind === 'device') {
      await fill.addDevice(entry);
      continue;
    }
    if (entry.kind === 'head') head = entry.value;
    if (entry.kind === 'learning') learning = entry.value;
    waiting.push(entry.kind === 'head' ? withoutCounts(entry) : entry);
    if (waiting.length >= BATCH) await write();
  }
  await write();
  // A backup without one is refused before anything is written.
  if (head === undefined) throw new Error('The backup has no head');
  return { head, learning };
}

/** Partitions count, the publisher does not. */
function withoutCounts(entry: Extract<BackupEntry, { kind: 'head' }>): BackupEntry {
  return { kind: 'head', value: { ...entry.value, counters: noCounts } };
}
