import {
  openCheckpoints,
  settleStore,
  type ConstellationReport,
  type ConstellationStore,
  type FoldSettings,
  type ReadLog,
  type SettleOptions,
} from '@omega-tv/constellation';
import type { RecordReader } from '@omega-tv/level';
import { isSyncError, SyncError } from '@omega-tv/types';
import pRetry from 'p-retry';
import type { Bus } from '../bus/bus.js';
import { PUBLISHER } from '../cluster/duties.js';
import { pinEntries } from '../cluster/kept-entries.js';
import { partitionNames, readLayout, type Layout } from '../cluster/layout.js';
import { JetStreamLog } from '../log/jetstream-log.js';
import { LogCopy } from '../log/log-copy.js';
import { CheckpointCopy } from '../store/checkpoint-copy.js';
import { headOf } from './cluster-entries.js';

/** An owner may replace a checkpoint while it is read, or mend one; then it is read again, a moment later. */
const READ_AGAIN = { retries: 5, minTimeout: 400, factor: 2 };

/** What a store on NATS held at one moment: the log is in the records. Nothing on NATS is changed. */
export interface StoreCopy {
  readonly report: ConstellationReport;
  readonly records: RecordReader;
  readonly log: LogCopy;
  readonly close: () => Promise<void>;
}

/** Of a cluster at one moment: the publisher has learned all that the partitions hold, and no more. */
export interface ClusterCopy {
  readonly layout: Layout;
  readonly publisher: StoreCopy;
  readonly partitions: readonly StoreCopy[];
}

/**
 * Copies a cluster to a local folder while servers run on it or not, and closes the copy in the end.
 * @throws SyncError `invalid-config` where there is none; `http`, to be tried again, where it changes
 * faster than it can be read.
 */
export async function withClusterCopy<Result>(
  bus: Bus,
  scratch: string,
  work: (copy: ClusterCopy) => Promise<Result>,
): Promise<Result> {
  const layout = await readLayout(bus);
  const unpin = await pinEntries(bus);
  if (unpin === undefined) throw unreadable('Another backup or report reads the cluster now');
  const open: Pick<StoreCopy, 'close'>[] = [];
  try {
    // The publisher first: what it has learned by then, no partition copied later can lack.
    const own = await copyPublisher(bus, layout, scratch);
    open.push(own);
    const logs = new Map<string, LogCopy>();
    const partitions: StoreCopy[] = [];
    for (const name of partitionNames(layout)) {
      const copy = await copyPartition(bus, name, scratch);
      open.push(copy);
      partitions.push(copy);
      logs.set(name, copy.log);
    }
    const report = await learnAll(own.store, logs, await settingsOf(partitions));
    return await work({ layout, publisher: { ...own, report }, partitions });
  } finally {
    for (const copy of open) await copy.close();
    await unpin();
  }
}

/** A partition as it stands. @throws SyncError as `withClusterCopy`. */
export function copyPartition(bus: Bus, name: string, scratch: string): Promise<StoreCopy> {
  return copyStore(bus, name, scratch, {});
}

/** What it learned stands in its log as places in those of partitions, so these are read as well. */
async function copyPublisher(bus: Bus, layout: Layout, scratch: string): Promise<SettledCopy> {
  const logs = new Map<string, JetStreamLog>();
  for (const partition of partitionNames(layout)) {
    logs.set(partition, await JetStreamLog.open({ bus, partition }));
  }
  const readLog: ReadLog = (name, after) => logs.get(name)?.read(after) ?? nothing();
  return copyStore(bus, PUBLISHER, scratch, { readLog });
}

/** What its owner replaces meanwhile is read again. */
async function copyStore(
  bus: Bus,
  name: string,
  scratch: string,
  options: SettleOptions,
): Promise<SettledCopy> {
  const read = async (): Promise<SettledCopy> => {
    const copy = await openCopy(bus, name, scratch);
    try {
      return { ...copy, report: await settleStore(copy.store, options) };
    } catch (error) {
      await copy.close();
      throw error;
    }
  };
  try {
    return await pRetry(read, READ_AGAIN);
  } catch (error) {
    throw unreadable(`${name} changes faster than it is read`, error);
  }
}

interface OpenedCopy extends Omit<StoreCopy, 'report'> {
  readonly store: ConstellationStore;
}

type SettledCopy = OpenedCopy & StoreCopy;

async function openCopy(bus: Bus, name: string, scratch: string): Promise<OpenedCopy> {
  const database = new CheckpointCopy(bus, name, scratch);
  const { records, ...rest } = await openCheckpoints({ name, database });
  const { close } = rest;
  try {
    // Behind the checkpoint: it is never ahead of its log.
    const log = await LogCopy.of(await JetStreamLog.open({ bus, partition: name }));
    if ((await rest.checkpoints.load()) === undefined && (await log.lastSequence()) > 0) {
      throw new Error('its first owner came while it was read');
    }
    return { log, records, close, store: { log, ...rest } };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Brings a publisher to the ends of all logs. @param settings where no publisher has ever run. */
export function learnAll(
  publisher: ConstellationStore,
  logs: ReadonlyMap<string, Pick<LogCopy, 'read'>>,
  settings: FoldSettings | undefined,
): Promise<ConstellationReport> {
  return settleStore(publisher, {
    readLog: (name, after) => logs.get(name)?.read(after) ?? nothing(),
    sources: logs.keys(),
    ...(settings === undefined ? {} : { settings }),
  });
}

/** What deltas are folded with, where a server has run; the publisher learns what partitions do not. */
export async function settingsOf(
  partitions: readonly StoreCopy[],
): Promise<FoldSettings | undefined> {
  for (const { records } of partitions) {
    const { learnedElsewhere: _, ...settings } = (await headOf(records))?.settings ?? {};
    if ('federation' in settings) return settings;
  }
  return undefined;
}

function unreadable(problem: string, cause?: unknown): SyncError {
  if (isSyncError(cause, 'invalid-config') && !cause.retryable) return cause;
  return new SyncError(
    'http',
    `${problem}; run it again`,
    { reason: 'server-error' },
    { cause, retryable: true },
  );
}

async function* nothing(): AsyncIterable<never> {
  // A partition of another layout.
}
