import type { GlobalPatterns } from '@omega-tv/types';
import type {
  Cluster,
  DeviceMarks,
  FederationCounters,
  FederationState,
  Trend,
} from '@omega-tv/federation';

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
}

/** One step of the server: written whole or not at all. */
export interface StoreChange {
  readonly epoch: string;
  readonly counters: ServerCounters;
  readonly federationCounters: FederationCounters;
  /** By device key. */
  readonly marks: ReadonlyMap<string, DeviceMarks>;
  /** By id; undefined where the record goes. */
  readonly clusters: ReadonlyMap<string, Cluster | undefined>;
  readonly trends: ReadonlyMap<string, Trend | undefined>;
  /** Absent where it stays. */
  readonly published?: GlobalPatterns;
}

/** Where a server keeps its sums and marks. */
export interface ConstellationStore {
  /** Undefined when nothing was ever written. */
  load(): Promise<StoredServer | undefined>;
  /** The marks of one device; undefined when there are none. */
  loadMarks(deviceKey: string): Promise<DeviceMarks | undefined>;
  /**
   * Atomic and durable: when it resolves, the change survives a crash. When it rejects, `load` says
   * what the store holds; commits after that are whole again.
   */
  commit(change: StoreChange): Promise<void>;
  close(): Promise<void>;
}
