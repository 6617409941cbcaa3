import { tmpdir } from 'node:os';
import { writeBackupFile, type ConstellationReport } from '@omega-tv/constellation';
import type { Bus } from '../bus/bus.js';
import { clusterEntries, totalsOf } from './cluster-entries.js';
import { withClusterCopy } from './copies.js';

export interface ClusterCopyOptions {
  readonly bus: Bus;
  /** A folder for copies of what NATS holds, as large as that; removed in the end. Default: the machine's. */
  readonly scratch?: string;
}

/**
 * Writes what a cluster holds at one moment into one file, as `backupStore` does of a folder; servers may
 * run meanwhile. It is restored into a cluster of any number of partitions, or into a folder.
 * @throws SyncError `invalid-config` where there is no such cluster; `http`, to be tried again, where it
 * changes faster than it can be read; else what NATS or the file system throws.
 */
export async function backupCluster(
  file: string,
  { bus, scratch = tmpdir() }: ClusterCopyOptions,
): Promise<void> {
  await withClusterCopy(bus, scratch, (copy) => writeBackupFile(file, clusterEntries(copy)));
}

/**
 * What a cluster did, all partitions together, whether servers run or not.
 * @throws SyncError as `backupCluster`.
 */
export async function readClusterReport({
  bus,
  scratch = tmpdir(),
}: ClusterCopyOptions): Promise<ConstellationReport> {
  return withClusterCopy(bus, scratch, async (copy) => {
    const { counters } = await totalsOf(copy.partitions);
    return { ...counters, version: copy.publisher.report.version, epoch: copy.layout.epoch };
  });
}
