import { emptyFederation, emptyLearning } from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import { deviceIdOf } from '../secrets.js';
import { createMemoryLog } from '../log/memory-log.js';
import type { Checkpoint, CheckpointStore, ConstellationStore } from './constellation-store.js';

/** A store that lasts as long as the process: for tests. */
export function createMemoryConstellationStore(): ConstellationStore {
  return {
    log: createMemoryLog(),
    checkpoints: createMemoryCheckpoints(),
    compact: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function createMemoryCheckpoints(): CheckpointStore {
  let stored: Checkpoint | undefined;
  let devices: ReadonlyMap<string, DeviceRecord> = new Map();
  return {
    load: () => Promise.resolve(stored),
    loadDevice: (deviceKey) => Promise.resolve(devices.get(deviceIdOf(deviceKey))),
    listDevices: (after, limit) => {
      const ids = [...devices.keys()].filter((id) => id > after).sort();
      const found = ids.slice(0, limit).map((id) => [id, devices.get(id)] as const);
      return Promise.resolve(new Map(found as readonly (readonly [string, DeviceRecord])[]));
    },
    save: (change) => {
      const before = stored?.federation ?? emptyFederation();
      const learned = stored?.learning ?? emptyLearning();
      const { learning, settings, merged } = change;
      const titles = change.titles ?? stored?.titles;
      stored = {
        offset: change.offset,
        epoch: change.epoch,
        ...(settings === undefined ? {} : { settings }),
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
        ...(merged === undefined ? {} : { merged }),
        frames: withChanges(stored?.frames ?? new Map<number, Uint8Array>(), change.frames),
      };
      const byId = Array.from(
        change.devices,
        ([key, record]) => [deviceIdOf(key), record] as const,
      );
      devices = withChanges(devices, new Map(byId));
      return Promise.resolve();
    },
  };
}

function withChanges<Id extends string | number, Value>(
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
