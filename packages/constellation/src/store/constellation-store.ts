import type { GlobalPatterns, SnapshotReference } from '@omega-tv/types';
import type { TitleList } from '@omega-tv/compression';
import type {
  Cluster,
  FederationCounters,
  FederationState,
  LearningCounters,
  LearningState,
  SharedItem,
  Tally,
  TitleRecord,
  Trend,
} from '@omega-tv/federation';
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
  readonly learning: LearningState;
  /** As published last; absent before the first time. */
  readonly titles?: TitleList;
  /** Full frames of the published versions that are kept, oldest first. */
  readonly frames: readonly Uint8Array[];
}

/** What a step changed of the learning of titles. */
export interface LearningChange {
  readonly counters: LearningCounters;
  /** By content id; undefined where the record goes. */
  readonly titles: ReadonlyMap<string, TitleRecord | undefined>;
  readonly shared: ReadonlyMap<SharedItem, Tally | undefined>;
  /** Absent where both stay. */
  readonly model?: LearnedModel;
}

/** What publications of titles go by. */
export type LearnedModel = Pick<LearningState, 'axes' | 'scoring'>;

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
  /** Absent where nothing of it changed. */
  readonly learning?: LearningChange;
  /** The list as published anew. Absent where it stays. */
  readonly titles?: TitleList;
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
