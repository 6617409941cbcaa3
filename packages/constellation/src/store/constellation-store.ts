import type { GlobalPatterns, SnapshotReference } from '@omega-tv/types';
import type { Cluster, FederationCounters, FederationState, Trend } from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';

/** What the server did since its store was created. */
export interface ServerCounters {
  /** Devices that sent a delta which was not refused. */
  readonly devices: number;
  /** Deltas that brought new samples, or no patterns at all. */
  readonly deltasApplied: number;
  /** Deltas whose samples had all been counted before. */
  readonly duplicates: number;
  readonly refused: number;
  /** New samples of all applied deltas. */
  readonly samplesAccepted: number;
}

/** What a server reads when it starts. */
export interface StoredServer {
  /** Drawn when the store was created. */
  readonly epoch: string;
  readonly counters: ServerCounters;
  readonly federation: FederationState;
  /** Full frames of the published versions that are kept, oldest first. */
  readonly frames: readonly Uint8Array[];
}

/** One step of the server: written whole or not at all. */
export interface StoreChange {
  readonly epoch: string;
  readonly counters: ServerCounters;
  readonly federationCounters: FederationCounters;
  /** By device key. */
  readonly devices: ReadonlyMap<string, DeviceRecord>;
  /** By id; undefined where the record goes. */
  readonly clusters: ReadonlyMap<string, Cluster | undefined>;
  readonly trends: ReadonlyMap<string, Trend | undefined>;
  /** Absent where it stays. */
  readonly published?: GlobalPatterns;
  /** The frame of a version, and those that go. Absent where they stay. */
  readonly snapshots?: {
    readonly added: Pick<SnapshotReference, 'version'>;
    readonly frame: Uint8Array;
    readonly expired: readonly number[];
  };
}

/** Where a server keeps its sums and marks. */
export interface ConstellationStore {
  /** Undefined when nothing was ever written. */
  load(): Promise<StoredServer | undefined>;
  /** The record of one device; undefined when there is none. */
  loadDevice(deviceKey: string): Promise<DeviceRecord | undefined>;
  /**
   * Atomic and durable: when it resolves, the change survives a crash. When it rejects, `load` says
   * what the store holds; commits after that are whole again.
   */
  commit(change: StoreChange): Promise<void>;
  close(): Promise<void>;
}

/** Of a server that has seen nothing. */
export const noCounts: ServerCounters = {
  devices: 0,
  deltasApplied: 0,
  duplicates: 0,
  refused: 0,
  samplesAccepted: 0,
};
