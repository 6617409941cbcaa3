import { emptyFederation } from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ConstellationStore, StoredServer } from './constellation-store.js';

/** A store that lasts as long as the process: for tests. */
export function createMemoryConstellationStore(): ConstellationStore {
  let stored: Omit<StoredServer, 'frames'> | undefined;
  const devices = new Map<string, DeviceRecord>();
  const frames = new Map<number, Uint8Array>();
  return {
    load: () => Promise.resolve(stored && { ...stored, frames: [...frames.values()] }),
    loadDevice: (deviceKey) => Promise.resolve(devices.get(deviceKey)),
    commit: (change) => {
      const before = stored?.federation ?? emptyFederation();
      stored = {
        epoch: change.epoch,
        counters: change.counters,
        federation: {
          clusters: withChanges(before.clusters, change.clusters),
          trends: withChanges(before.trends, change.trends),
          counters: change.federationCounters,
          published: change.published ?? before.published,
        },
      };
      for (const [key, value] of change.devices) devices.set(key, value);
      for (const version of change.snapshots?.expired ?? []) frames.delete(version);
      if (change.snapshots !== undefined) {
        frames.set(change.snapshots.added.version, change.snapshots.frame);
      }
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function withChanges<Value>(
  before: ReadonlyMap<string, Value>,
  changes: ReadonlyMap<string, Value | undefined>,
): ReadonlyMap<string, Value> {
  const after = new Map(before);
  for (const [id, value] of changes) {
    if (value === undefined) after.delete(id);
    else after.set(id, value);
  }
  return after;
}
