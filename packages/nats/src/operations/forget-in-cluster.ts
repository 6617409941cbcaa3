import { deviceKeysOf } from '@omega-tv/constellation';
import { SyncError } from '@omega-tv/types';
import type { Bus } from '../bus/bus.js';
import { askNode } from '../cluster/ask-node.js';
import { readForgotten, toForgetHeaders } from '../cluster/forget-message.js';
import { partitionOf, readLayout } from '../cluster/layout.js';
import { Leases } from '../cluster/leases.js';
import { unavailable } from '../cluster/unavailable.js';

/**
 * Removes the record of one device from a cluster while its servers run: marks, positions, activity. What
 * it contributed to sums stays, as in `forgetDevice`. When it resolves, that it is gone is durable; its
 * bytes go with the next whole checkpoint, within a quarter of an hour.
 * @throws SyncError `invalid-config` when no device of this id is known; `http`, to be tried again, where
 * nobody owns its partition.
 */
export async function forgetInCluster(bus: Bus, deviceId: string): Promise<void> {
  const layout = await readLayout(bus);
  const leases = new Leases(bus, '');
  const keys = deviceKeysOf(deviceId);
  const partitions = new Set(keys.map((key) => partitionOf(key, layout)));
  let records = 0;
  for (const partition of partitions) {
    const owner = await leases.owner(partition);
    if (owner === undefined) throw unavailable(`Nobody owns ${partition} now`);
    const headers = toForgetHeaders({ partition, deviceId });
    records += readForgotten(await askNode(bus, owner, headers));
  }
  if (records > 0) return;
  const message = `The cluster ${bus.names.cluster} knows no device ${JSON.stringify(deviceId)}`;
  throw new SyncError('invalid-config', message, { field: 'deviceId' });
}
