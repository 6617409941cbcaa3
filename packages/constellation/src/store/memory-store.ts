import { emptyFederation, type DeviceMarks } from '@omega-tv/federation';
import type { ConstellationStore, StoredServer } from './constellation-store.js';

/** A store that lasts as long as the process: for tests. */
export function createMemoryConstellationStore(): ConstellationStore {
  let stored: StoredServer | undefined;
  const marks = new Map<string, DeviceMarks>();
  return {
    load: () => Promise.resolve(stored),
    loadMarks: (deviceKey) => Promise.resolve(marks.get(deviceKey)),
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
      for (const [key, value] of change.marks) marks.set(key, value);
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
