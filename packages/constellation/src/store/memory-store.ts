import { emptyFederation, emptyLearning } from '@omega-tv/federation';
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
      const learned = stored?.learning ?? emptyLearning();
      const { learning } = change;
      const titles = change.titles ?? stored?.titles;
      stored = {
        epoch: change.epoch,
        counters: change.counters,
        federation: {
          clusters: withChanges(before.clusters, change.clusters),
          trends: withChanges(before.trends, change.trends),
          counters: change.federationCounters,
          published: change.published ?? before.published,
        },
        learning: {
          axes: learning?.model?.axes ?? learned.axes,
          scoring: learning?.model?.scoring ?? learned.scoring,
          titles: withChanges(learned.titles, learning?.titles),
          shared: withChanges(learned.shared, learning?.shared),
          counters: learning?.counters ?? learned.counters,
        },
        ...(titles === undefined ? {} : { titles }),
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

function withChanges<Id extends string, Value>(
  before: ReadonlyMap<Id, Value>,
  changes: ReadonlyMap<Id, Value | undefined> = new Map(),
): ReadonlyMap<Id, Value> {
  const after = new Map(before);
  for (const [id, value] of changes) {
    if (value === undefined) after.delete(id);
    else after.set(id, value);
  }
  return after;
}
