import {
  checkMethods,
  checkPorts,
  SyncError,
  type Clock,
  type Logger,
  type SyncWindow,
} from '@omega-tv/types';
import type { WireFormat } from '@omega-tv/compression';
import type { CohortKeys, FederationConfig, LearningConfig } from '@omega-tv/federation';
import type { Published } from './publish/published.js';
import type { Repeat } from './repeat.js';
import type { SnapshotOptions } from './publish/snapshot-window.js';
import type { ReadLog } from './writer/learn-records.js';
import type { ConstellationStore } from './store/constellation-store.js';

const MAX_WORKERS = 64;
export const DEFAULT_DEVICE_DAYS = 180;
/** TVs say again what is at most seven days old. */
const MIN_DEVICE_DAYS = 8;
const MAX_DEVICE_DAYS = 36_500;

export interface ConstellationOptions {
  readonly store: ConstellationStore;
  /** How v1 deltas and global patterns become bytes. */
  readonly format: WireFormat;
  /** What frames are made with. Default: the server speaks v1 only. */
  readonly snapshots?: SnapshotOptions;
  /** When TVs may come back after an answer. Default: when they like, within 15 minutes. */
  readonly syncWindow?: SyncWindow;
  /** Default: the machine's. */
  readonly clock?: Clock;
  readonly federation?: Partial<FederationConfig>;
  /** How titles are learned; `minDevices` is the federation's unless set. */
  readonly learning?: Partial<LearningConfig>;
  /** Where its TVs are, ISO 3166-1 alpha-2: v1 deltas do not say. */
  readonly region?: string;
  /** Default: drawn from the machine's random source. */
  readonly keys?: CohortKeys;
  /**
   * Threads that decode what takes longer than other pushes should wait; one more publishes, and writes
   * v1 answers as `createNodeV1Format` does. Default: 0, all is done on the calling thread.
   */
  readonly workers?: number;
  /**
   * Days that a device's record is kept after its last push, 8 to 36,500. Longer than a week and the age
   * of the oldest backup that may be restored. Default: 180.
   */
  readonly deviceDays?: number;
  /** Names the epoch of a store that is new. Default: drawn. */
  readonly epoch?: string;
  /**
   * Versions come from another server, which learns what is decided here: this one keeps no sums and
   * publishes nothing. `snapshots` are left out then.
   */
  readonly follows?: Published;
  /** Reads the logs of Constellations that follow this one, see `Constellation.merge`. */
  readonly readLog?: ReadLog;
  /** Runs the housekeeping: checkpoints, and what is erased. Default: the machine's timers, aside. */
  readonly repeat?: Repeat;
  /** Default: silent. */
  readonly logger?: Logger;
}

/** @throws SyncError `invalid-config` for what cannot work. */
export function checkOptions(options: ConstellationOptions): void {
  checkPorts(options);
  checkStore(options.store);
  checkMethods('format', options.format, ['decodeDelta', 'encodeGlobalPatterns']);
  checkRegion(options.region);
  checkWorkers(options.workers);
  checkDeviceDays(options.deviceDays);
}

function checkRegion(region: string | undefined): void {
  if (region === undefined || /^[A-Z]{2}$/.test(region)) return;
  const message = `region is ${region}, but must be two capital letters (ISO 3166-1 alpha-2)`;
  throw new SyncError('invalid-config', message, { field: 'region' });
}

function checkStore(store: ConstellationStore): void {
  checkMethods('store', store, ['compact', 'close']);
  checkMethods('store.log', store.log, ['lastSequence', 'append', 'read', 'truncate']);
  checkMethods('store.checkpoints', store.checkpoints, [
    'load',
    'loadDevice',
    'listDevices',
    'save',
  ]);
}

function checkDeviceDays(days = DEFAULT_DEVICE_DAYS): void {
  if (Number.isSafeInteger(days) && days >= MIN_DEVICE_DAYS && days <= MAX_DEVICE_DAYS) return;
  const limits = `${MIN_DEVICE_DAYS} to ${MAX_DEVICE_DAYS}`;
  const message = `deviceDays is ${days}; expected a whole number from ${limits}`;
  throw new SyncError('invalid-config', message, { field: 'deviceDays' });
}

function checkWorkers(workers = 0): void {
  if (Number.isSafeInteger(workers) && workers >= 0 && workers <= MAX_WORKERS) return;
  const message = `workers is ${workers}; expected a whole number from 0 to ${MAX_WORKERS}`;
  throw new SyncError('invalid-config', message, { field: 'workers' });
}
