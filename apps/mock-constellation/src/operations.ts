import { backupStore, forgetDevice, readReport, restoreStore } from '@omega-tv/constellation';
import { checkInput, checkOutput, resolveFromCaller, UsageError } from '@omega-tv/command-line';
import {
  backupOfCluster,
  forgetOnCluster,
  reportOfCluster,
  restoreToCluster,
} from './cluster-operations.js';

/** What an operation is done on: a folder, or a cluster with a folder for copies. */
export interface TargetOptions {
  readonly engine: string;
  readonly cluster: string;
  readonly data?: string;
}

export async function report(target: TargetOptions): Promise<void> {
  const { devices, deltasApplied, duplicates, refused, samplesAccepted, version, epoch } = isFolder(
    target,
  )
    ? await readReport(folderOf(target))
    : await reportOfCluster(target);
  const said = { devices, deltasApplied, duplicates, refused, samplesAccepted, version, epoch };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

export async function backup({
  out,
  ...target
}: TargetOptions & { readonly out: string }): Promise<void> {
  const file = resolveFromCaller(out);
  await checkOutput(file);
  await (isFolder(target) ? backupStore(folderOf(target), file) : backupOfCluster(target, file));
  say(`wrote ${file}`);
}

export async function restore(
  options: TargetOptions & {
    readonly in: string;
    readonly partitions?: number;
    readonly replicas: number;
    readonly leaseMs?: number;
  },
): Promise<void> {
  const file = resolveFromCaller(options.in);
  await checkInput(file);
  if (isFolder(options)) await restoreStore(file, folderOf(options));
  else await restoreToCluster(options, file);
  const made = isFolder(options) ? folderOf(options) : `the cluster ${options.cluster}`;
  say(`restored ${made}; it has a new server epoch`);
}

export async function forget({
  deviceId,
  ...target
}: TargetOptions & { readonly deviceId: string }): Promise<void> {
  await (isFolder(target)
    ? forgetDevice(folderOf(target), deviceId)
    : forgetOnCluster(target, deviceId));
  say('forgotten; what the device contributed to sums stays');
}

function isFolder({ engine }: TargetOptions): boolean {
  return engine === 'level';
}

function folderOf({ data }: TargetOptions): string {
  if (data !== undefined) return resolveFromCaller(data);
  throw new UsageError('Say which store: --data FOLDER, or --engine nats://HOST:PORT');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
