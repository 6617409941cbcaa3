import { randomUUID } from 'node:crypto';
import { SyncError } from '@omega-tv/types';
import pRetry from 'p-retry';
import type { Bus } from '../bus/bus.js';
import { isWrongSequence } from '../bus/wrong-sequence.js';

/** Devices are shared out over so many logical partitions, for ever. */
const LOGICAL_PARTITIONS = 256;
const DEFAULT_PARTITIONS = 4;
const KEY = 'layout';
/** NATS may be away for a moment where a write was not answered. */
const SETTLE_AGAIN = { retries: 3, minTimeout: 100 };

/** How a cluster was made. */
export interface Layout {
  /** Logs that the logical partitions lie in. */
  readonly partitions: number;
  /** By which TVs know the cluster. */
  readonly epoch: string;
  /** How often the number of logs was changed; absent where never. */
  readonly generation?: number;
  /** True while a restore has not ended: no server may run on it. */
  readonly isIncomplete?: boolean;
}

/**
 * The cluster's layout; made where there is none.
 * @param partitions of a new cluster. Default: as it is, or 4.
 * @throws SyncError `invalid-config` for another number than the cluster was made with.
 */
export async function openLayout({ state }: Bus, partitions?: number): Promise<Layout> {
  checkPartitions(partitions);
  for (;;) {
    const found = await state.get(KEY);
    if (found !== null) return checkLayout(found.json<Layout>(), partitions);
    const layout: Layout = { partitions: partitions ?? DEFAULT_PARTITIONS, epoch: randomUUID() };
    try {
      await state.create(KEY, JSON.stringify(layout));
      return layout;
    } catch (error) {
      // Another node was faster.
      if (!isWrongSequence(error)) throw error;
    }
  }
}

/** The layout of a cluster that is there. @throws SyncError `invalid-config` where none is. */
export async function readLayout(bus: Bus): Promise<Layout> {
  return checkLayout((await readEntry(bus)).layout);
}

/** @throws SyncError `version-conflict` where the cluster was laid out anew since. */
export async function checkUnchanged({ state }: Bus, layout: Layout): Promise<void> {
  const found = (await state.get(KEY))?.json<Layout>();
  if (found?.generation === layout.generation && found?.epoch === layout.epoch) return;
  const message = 'The cluster was laid out anew since this node began; start it again';
  const [local, remote] = [layout.generation ?? 0, found?.generation ?? 0];
  throw new SyncError('version-conflict', message, { local, remote });
}

/** Every server goes by it from now on. @throws what NATS throws where another one has written. */
export async function replaceLayout(bus: Bus, change: Partial<Layout>): Promise<void> {
  const { layout, revision } = await readEntry(bus);
  await bus.state.update(KEY, JSON.stringify({ ...layout, ...change }), revision);
}

/**
 * After a change that was not answered: true where it counts. Else it is refused from now on, should it still
 * be on its way: servers that go by the layout of before would lose what they took.
 */
export function settleLayout(bus: Bus, changed: Layout): Promise<boolean> {
  return pRetry(async () => {
    const { layout, revision } = await readEntry(bus);
    if (layout.epoch === changed.epoch && layout.generation === changed.generation) return true;
    await bus.state.update(KEY, JSON.stringify(layout), revision);
    return false;
  }, SETTLE_AGAIN);
}

/**
 * Begins a cluster that is not whole yet, or goes on with one.
 * @param isEmpty false where NATS holds logs or checkpoints of it.
 * @throws SyncError `invalid-config` where there is a whole one.
 */
export async function beginLayout(
  { state, names }: Bus,
  isEmpty: boolean,
  partitions?: number,
): Promise<Layout> {
  checkPartitions(partitions);
  const found = await state.get(KEY);
  if (found === null ? !isEmpty : found.json<Layout>().isIncomplete !== true) {
    const message = `There is a cluster ${names.cluster} already; restore into one of another name`;
    throw new SyncError('invalid-config', message, { field: 'cluster' });
  }
  const layout: Layout = {
    partitions: partitions ?? found?.json<Layout>().partitions ?? DEFAULT_PARTITIONS,
    ...{ epoch: '', isIncomplete: true },
  };
  const value = JSON.stringify(layout);
  await (found === null ? state.create(KEY, value) : state.update(KEY, value, found.revision));
  return layout;
}

async function readEntry({ state, names }: Bus) {
  const found = await state.get(KEY);
  if (found !== null) return { layout: found.json<Layout>(), revision: found.revision };
  const message = `No server has ever run on the cluster ${names.cluster}`;
  throw new SyncError('invalid-config', message, { field: 'cluster' });
}

/** Names of the logs, in the order of the logical partitions that lie in them. */
export function partitionNames(layout: Layout): readonly string[] {
  return Array.from({ length: layout.partitions }, (_, i) => nameOf(i, layout));
}

/** The log that a device's deltas stand in. @param deviceKey SHA-256 in base64url, or its beginning. */
export function partitionOf(deviceKey: string, layout: Layout): string {
  const logical = Buffer.from(deviceKey.slice(0, 4), 'base64url')[0] ?? 0;
  return nameOf(Math.floor((logical * layout.partitions) / LOGICAL_PARTITIONS), layout);
}

function nameOf(index: number, { generation = 0 }: Layout): string {
  return generation === 0 ? `p${index}` : `p${index}-g${generation}`;
}

/** True for what a log of whichever layout is called. */
export function isPartitionName(name: string): boolean {
  return /^p\d+(-g\d+)?$/.test(name);
}

/** @throws SyncError `invalid-config`. */
export function checkPartitions(partitions: number | undefined): void {
  if (partitions === undefined) return;
  if (Number.isInteger(partitions) && partitions >= 1 && partitions <= LOGICAL_PARTITIONS) return;
  const message = `partitions is ${partitions}; expected a whole number from 1 to ${LOGICAL_PARTITIONS}`;
  throw new SyncError('invalid-config', message, { field: 'partitions' });
}

function checkLayout(layout: Layout, partitions?: number): Layout {
  if (layout.isIncomplete === true) {
    const message = 'A restore of this cluster was cut off; run it again before a server starts';
    throw new SyncError('invalid-config', message, { field: 'cluster' });
  }
  if (partitions === undefined || partitions === layout.partitions) return layout;
  const message = `The cluster has ${layout.partitions} partitions, not ${partitions}; more machines share the same ones, and the command repartition changes it`;
  throw new SyncError('invalid-config', message, { field: 'partitions' });
}
