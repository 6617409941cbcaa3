import { tmpdir } from 'node:os';
import type { Bus } from '../bus/bus.js';
import { PUBLISHER } from '../cluster/duties.js';
import {
  checkPartitions,
  partitionNames,
  readLayout,
  replaceLayout,
  settleLayout,
  type Layout,
} from '../cluster/layout.js';
import { JetStreamLog } from '../log/jetstream-log.js';
import { openNatsConstellationStore } from '../store/nats-store.js';
import { ClusterHold } from './cluster-hold.js';
import { devicesOf, totalsOf } from './cluster-entries.js';
import { copyPartition, learnAll, settingsOf, type StoreCopy } from './copies.js';
import { dropStores } from './drop-stores.js';
import { PartitionFill } from './partition-fill.js';

export interface RepartitionOptions {
  readonly bus: Bus;
  /** 1 to 256. */
  readonly partitions: number;
  /** A folder for copies of what NATS holds, twice as large as that. Default: the machine's. */
  readonly scratch?: string;
}

/**
 * Lays the logical partitions of a stopped cluster into another number of logs. Epoch, positions,
 * published versions and open cohorts stay, so TVs notice nothing. The change is one write: where it is
 * cut off before, the cluster is as it was, and when it is run again it begins anew.
 * @throws SyncError `invalid-config` where servers run, there is no cluster, or for a number that cannot
 * be; else what NATS throws.
 */
export async function repartitionCluster({
  bus,
  partitions,
  scratch = tmpdir(),
}: RepartitionOptions): Promise<void> {
  checkPartitions(partitions);
  const before = await readLayout(bus);
  const after: Layout = { ...before, partitions, generation: (before.generation ?? 0) + 1 };
  const hold = await ClusterHold.take(bus, [PUBLISHER, ...partitionNames(before)]);
  try {
    // What a run before this one left.
    await dropStores(bus, [PUBLISHER, ...partitionNames(before)]);
    await moveDevices(bus, { before, after }, scratch);
    await hold.check();
    await replaceLayout(bus, after).catch(async (error: unknown) => {
      if (!(await settleLayout(bus, after).catch(() => false))) throw error;
    });
    await dropStores(bus, [PUBLISHER, ...partitionNames(after)]);
  } finally {
    await hold.release();
  }
}

/** From now on no owner appends, however long it was paused. */
async function takeOver(bus: Bus, layout: Layout): Promise<void> {
  for (const partition of partitionNames(layout)) {
    await (await JetStreamLog.open({ bus, partition })).takeOver();
  }
}

async function moveDevices(
  bus: Bus,
  { before, after }: Record<'before' | 'after', Layout>,
  scratch: string,
): Promise<void> {
  const copies = new Map<string, StoreCopy>();
  try {
    await takeOver(bus, before);
    for (const name of partitionNames(before)) {
      copies.set(name, await copyPartition(bus, name, scratch));
    }
    await settlePublisher(bus, copies, scratch);
    await fillAnew(bus, after, [...copies.values()], scratch);
  } finally {
    for (const { close } of copies.values()) await close();
  }
}

/** The logs go, so the publisher learns them to their ends before. */
async function settlePublisher(
  bus: Bus,
  copies: ReadonlyMap<string, StoreCopy>,
  scratch: string,
): Promise<void> {
  const logs = new Map(Array.from(copies, ([name, { log }]) => [name, log]));
  const store = await openNatsConstellationStore({ bus, partition: PUBLISHER, scratch });
  try {
    await learnAll(store, logs, await settingsOf([...copies.values()]));
  } finally {
    await store.close();
  }
}

async function fillAnew(
  bus: Bus,
  layout: Layout,
  copies: readonly StoreCopy[],
  scratch: string,
): Promise<void> {
  const fill = await PartitionFill.open(bus, layout, scratch);
  try {
    for (const { records } of copies) {
      for await (const entry of devicesOf(records)) await fill.addDevice(entry);
    }
    await fill.finish(layout.epoch, await totalsOf(copies));
  } finally {
    await fill.close();
  }
}
