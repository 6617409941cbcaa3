import { emptyFederation, type FederationState, type Touched } from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ServerCounters, StoreChange } from '../store/constellation-store.js';

/** All that a server knows, devices apart: they are read when they come up. */
export interface ServerState {
  /** Drawn when the store was created. */
  readonly epoch: string;
  readonly counters: ServerCounters;
  readonly federation: FederationState;
}

export function emptyServer(epoch: string): ServerState {
  return { epoch, counters: noCounts, federation: emptyFederation() };
}

/** What a step changed, beside counters. */
export interface ChangedRecords {
  readonly touched?: Touched;
  readonly devices?: ReadonlyMap<string, DeviceRecord>;
}

/** The records of the state after a step that differ from the disk. */
export function changeOf(
  { epoch, counters, federation }: ServerState,
  { touched = noneTouched, devices = new Map() }: ChangedRecords = {},
): StoreChange {
  const { clusters, trends } = federation;
  return {
    epoch,
    counters,
    federationCounters: federation.counters,
    devices,
    clusters: new Map(touched.clusters.map((id) => [id, clusters.get(id)])),
    trends: new Map(touched.trends.map((id) => [id, trends.get(id)])),
  };
}

const noneTouched: Touched = { clusters: [], trends: [] };
const noCounts: ServerCounters = {
  devices: 0,
  deltasApplied: 0,
  duplicates: 0,
  refused: 0,
  samplesAccepted: 0,
};
