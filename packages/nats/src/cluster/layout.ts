import { randomUUID } from 'node:crypto';
import { SyncError } from '@omega-tv/types';
import type { Bus } from '../bus/bus.js';
import { isWrongSequence } from '../bus/wrong-sequence.js';

/** Devices are shared out over so many logical partitions, for ever. */
const LOGICAL_PARTITIONS = 256;
const KEY = 'layout';

/** How a cluster was made. */
export interface Layout {
  /** Logs that the logical partitions lie in: chosen when the cluster is made. */
  readonly partitions: number;
  /** By which TVs know the cluster. */
  readonly epoch: string;
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
    const layout: Layout = { partitions: partitions ?? 4, epoch: randomUUID() };
    try {
      await state.create(KEY, JSON.stringify(layout));
      return layout;
    } catch (error) {
      // Another node was faster.
      if (!isWrongSequence(error)) throw error;
    }
  }
}

/** Names of the logs, in the order of the logical partitions that lie in them. */
export function partitionNames({ partitions }: Layout): readonly string[] {
  return Array.from({ length: partitions }, (_, i) => `p${i}`);
}

/** The log that a device's deltas stand in. @param deviceKey SHA-256 in base64url. */
export function partitionOf(deviceKey: string, { partitions }: Layout): string {
  const logical = Buffer.from(deviceKey.slice(0, 4), 'base64url')[0] ?? 0;
  return `p${Math.floor((logical * partitions) / LOGICAL_PARTITIONS)}`;
}

function checkPartitions(partitions: number | undefined): void {
  if (partitions === undefined) return;
  if (Number.isInteger(partitions) && partitions >= 1 && partitions <= LOGICAL_PARTITIONS) return;
  const message = `partitions is ${partitions}; expected a whole number from 1 to ${LOGICAL_PARTITIONS}`;
  throw new SyncError('invalid-config', message, { field: 'partitions' });
}

function checkLayout(layout: Layout, partitions: number | undefined): Layout {
  if (partitions === undefined || partitions === layout.partitions) return layout;
  const message = `The cluster was made with ${layout.partitions} partitions, not ${partitions}; more machines share the same ones`;
  throw new SyncError('invalid-config', message, { field: 'partitions' });
}
