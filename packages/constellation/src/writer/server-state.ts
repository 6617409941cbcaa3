import type { TitleList } from '@omega-tv/compression';
import {
  CopyOnWriteMap,
  emptyFederation,
  emptyLearning,
  type FederationState,
  type LearningState,
} from '@omega-tv/federation';
import { noCounts, type ServerCounters } from '../store/constellation-store.js';
import type { FoldSettings } from './fold-settings.js';

/** All that a server knows, devices apart: they are read when they come up. */
export interface ServerState {
  /** Drawn when the store was created. */
  readonly epoch: string;
  /** Absent until an entry of the log has named them. */
  readonly settings?: FoldSettings;
  readonly counters: ServerCounters;
  readonly federation: FederationState;
  readonly learning: LearningState;
  /** As published last; absent before the first time. */
  readonly titles?: TitleList;
  /** Full frames of the published versions that are kept, by version, oldest first. */
  readonly frames: ReadonlyMap<number, Uint8Array>;
  /** How far the logs of other partitions are learned, by partition; absent where none is. */
  readonly merged?: ReadonlyMap<string, number>;
}

export function emptyServer(epoch: string): ServerState {
  return {
    epoch,
    counters: noCounts,
    federation: emptyFederation(),
    learning: emptyLearning(),
    frames: new Map(),
  };
}

/** What entries are folded with. The first entry of a log names it. */
export function settingsOf({ settings }: ServerState): FoldSettings {
  if (settings === undefined)
    throw new Error('The log does not say what its deltas are folded with');
  return settings;
}

/** The same state, whose large maps fork at little cost: a delta changes an entry or two of them. */
export function withForkingMaps(state: ServerState): ServerState {
  const { federation, learning } = state;
  const [clusters, trends] = [forking(federation.clusters), forking(federation.trends)];
  const titles = forking(learning.titles);
  const isSame =
    clusters === federation.clusters && trends === federation.trends && titles === learning.titles;
  if (isSame) return state;
  return {
    ...state,
    federation: { ...federation, clusters, trends },
    learning: { ...learning, titles },
  };
}

function forking<Value>(map: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  return map instanceof CopyOnWriteMap ? map : new CopyOnWriteMap(map);
}
