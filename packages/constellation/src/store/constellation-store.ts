import type { GlobalPatterns } from '@omega-tv/types';
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
import type { DeltaLog } from '../log/delta-log.js';
import type { FoldSettings } from '../writer/fold-settings.js';

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

/** A state of the server, devices apart, and how much of the log is in it. */
export interface Checkpoint {
  /** Sequence of the last entry that it covers. */
  readonly offset: number;
  /** Drawn when the store was created. */
  readonly epoch: string;
  /** What the entries behind it are folded with; absent in stores from before there was a log. */
  readonly settings?: FoldSettings;
  readonly counters: ServerCounters;
  readonly federation: FederationState;
  readonly learning: LearningState;
  /** As published last; absent before the first time. */
  readonly titles?: TitleList;
  /** Full frames of the published versions that are kept, oldest first. */
  readonly frames: ReadonlyMap<number, Uint8Array>;
  /** How far the logs of other partitions are learned; absent where none is. */
  readonly merged?: ReadonlyMap<string, number>;
}

/** What changed of the learning of titles. */
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

/** What makes a checkpoint of the one before it: written whole or not at all. */
export interface CheckpointChange {
  readonly offset: number;
  readonly epoch: string;
  readonly settings?: FoldSettings;
  readonly counters: ServerCounters;
  readonly federationCounters: FederationCounters;
  /** By device key or id (see `deviceIdOf`); undefined where the record goes, as in all maps here. */
  readonly devices: ReadonlyMap<string, DeviceRecord | undefined>;
  /** By id. */
  readonly clusters: ReadonlyMap<string, Cluster | undefined>;
  readonly trends: ReadonlyMap<string, Trend | undefined>;
  /** Absent where nothing of it changed. */
  readonly learning?: LearningChange;
  /** The list as published anew. Absent where it stays. */
  readonly titles?: TitleList;
  /** Absent where it stays. */
  readonly published?: GlobalPatterns;
  /** By version. */
  readonly frames: ReadonlyMap<number, Uint8Array | undefined>;
  /** As in `Checkpoint`. */
  readonly merged?: ReadonlyMap<string, number>;
}

/** Where checkpoints lie; there is one, the newest. */
export interface CheckpointStore {
  /** Undefined when nothing was ever saved. */
  load(): Promise<Checkpoint | undefined>;
  /** The record of one device, as of the checkpoint; undefined when there is none. */
  loadDevice(deviceKey: string): Promise<DeviceRecord | undefined>;
  /** The records of at most `limit` devices behind an id, in the order of ids, as of the checkpoint. */
  listDevices(after: string, limit: number): Promise<ReadonlyMap<string, DeviceRecord>>;
  /**
   * Atomic and durable: when it resolves, the checkpoint survives a crash; when it rejects, the one
   * before it is still there.
   */
  save(change: CheckpointChange): Promise<void>;
}

/** What a server stands on: its state is the checkpoint and what the log holds behind it. */
export interface ConstellationStore {
  readonly log: DeltaLog;
  readonly checkpoints: CheckpointStore;
  /** When it resolves, nothing that was deleted or truncated before can be found on the disk. */
  compact(): Promise<void>;
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
