import { tmpdir } from 'node:os';
import { prepareFolder, resolveFromCaller } from '@omega-tv/command-line';
import type { ConstellationReport } from '@omega-tv/constellation';
import type { Bus } from '@omega-tv/nats';
import { connectToNats } from './nats-connection.js';

/** A cluster that operations are done on. */
export interface ClusterTarget {
  readonly engine: string;
  readonly cluster: string;
  /** For copies of what NATS holds, while they are in use. Default: the machine's. */
  readonly data?: string;
}

interface RestoreOptions extends ClusterTarget {
  readonly partitions?: number;
  readonly replicas: number;
  readonly leaseMs?: number;
}

// Loaded where they are used: a folder's operations start sooner without them.
const nats = () => import('@omega-tv/nats');

export async function reportOfCluster(target: ClusterTarget): Promise<ConstellationReport> {
  const { readClusterReport } = await nats();
  return withCluster(target, (options) => readClusterReport(options));
}

export async function backupOfCluster(target: ClusterTarget, file: string): Promise<void> {
  const { backupCluster } = await nats();
  await withCluster(target, (options) => backupCluster(file, options));
}

export async function restoreToCluster(
  { engine, cluster, replicas, partitions, leaseMs, ...target }: RestoreOptions,
  file: string,
): Promise<void> {
  const { openBus, restoreCluster } = await nats();
  const scratch = await scratchOf(target);
  const connection = await connectToNats(engine);
  try {
    const lease = leaseMs === undefined ? {} : { leaseMs };
    const bus = await openBus({ connection, cluster, replicas, ...lease });
    const wanted = partitions === undefined ? {} : { partitions };
    await restoreCluster(file, { bus, scratch, ...wanted });
  } finally {
    await connection.close();
  }
}

export async function forgetOnCluster(target: ClusterTarget, deviceId: string): Promise<void> {
  const { forgetInCluster } = await nats();
  await withCluster(target, ({ bus }) => forgetInCluster(bus, deviceId));
}

export async function repartition(
  options: ClusterTarget & { readonly partitions: number },
): Promise<void> {
  const { repartitionCluster } = await nats();
  const { partitions } = options;
  await withCluster(options, (target) => repartitionCluster({ ...target, partitions }));
  process.stderr.write(`the cluster has ${partitions} partitions now; start its servers again\n`);
}

async function withCluster<Result>(
  { engine, cluster, ...target }: ClusterTarget,
  work: (options: { readonly bus: Bus; readonly scratch: string }) => Promise<Result>,
): Promise<Result> {
  const { openExistingBus } = await nats();
  const scratch = await scratchOf(target);
  const connection = await connectToNats(engine);
  try {
    return await work({ bus: await openExistingBus({ connection, cluster }), scratch });
  } finally {
    await connection.close();
  }
}

async function scratchOf({ data }: Pick<ClusterTarget, 'data'>): Promise<string> {
  if (data === undefined) return tmpdir();
  await prepareFolder(resolveFromCaller(data));
  return resolveFromCaller(data);
}
