import {
  silentLogger,
  systemClock,
  type GlobalPatterns,
  type Logger,
  type SyncWindow,
} from '@omega-tv/types';
import type { WireFormat } from '@omega-tv/compression';
import { createFederationConfig, createLearningConfig } from '@omega-tv/federation';
import { ANYBODY, deviceKeysOf, type Caller } from './auth/caller.js';
import {
  checkOptions,
  DEFAULT_DEVICE_DAYS,
  type ConstellationOptions,
} from './constellation-options.js';
import type { DeviceRecord } from './decision/device-record.js';
import { Exchange } from './exchange/exchange.js';
import type { FrameOptions } from './exchange/frame-exchange.js';
import { toOverview, type Overview } from './operations/dashboard/overview.js';
import { encodePublication } from './publish/publication-codec.js';
import { Publications } from './publish/publications.js';
import { Published } from './publish/published.js';
import { SnapshotWindow } from './publish/snapshot-window.js';
import { repeatAside } from './repeat.js';
import { createCohortKeys, toDeviceKey } from './secrets.js';
import type { ServerCounters } from './store/constellation-store.js';
import { Workers } from './work/workers.js';
import { sameSettings, type FoldSettings } from './writer/fold-settings.js';
import { DeviceSweep } from './writer/device-sweep.js';
import { Housekeeping } from './writer/housekeeping.js';
import { Merging } from './writer/merging.js';
import { Partition } from './writer/partition.js';
import { Refusals } from './writer/refusals.js';
import type { ServerState } from './writer/server-state.js';

/** What TVs are told where the operator says nothing else: when they like, within 15 minutes. */
export const DEFAULT_SYNC_WINDOW: SyncWindow = { minMs: 0, maxMs: 15 * 60 * 1000 };

/** What `report` says of a server. */
export interface ConstellationReport extends ServerCounters {
  readonly version: number;
  readonly epoch: string;
}

/**
 * The server without its transport: applies deltas, publishes global patterns.
 * @example
 * ```ts
 * import { Constellation, createMemoryConstellationStore } from '@omega-tv/constellation';
 * import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
 *
 * const constellation = await Constellation.open({
 *   store: createMemoryConstellationStore(),
 *   format: createNodeV1Format(),
 *   snapshots: { codecs: [createMiniLmCodec()] },
 * });
 * console.log(constellation.report().devices); // => 0
 * await constellation.close();
 * ```
 */
export class Constellation {
  readonly format: WireFormat;
  /** The published versions, where the server speaks v2. */
  readonly window: SnapshotWindow | undefined;
  readonly syncWindow: SyncWindow;
  readonly #parts: Parts;

  private constructor({ format }: ConstellationOptions, parts: Parts) {
    this.format = format;
    this.window = parts.window;
    this.syncWindow = parts.syncWindow;
    this.#parts = parts;
  }

  /**
   * Goes on where the store left off.
   * @throws SyncError `invalid-config` for settings that cannot work or a store that cannot be read.
   */
  static async open(options: ConstellationOptions): Promise<Constellation> {
    checkOptions(options);
    const settings = settingsOfOptions(options);
    const parts = await assemble(options);
    const { partition, publications } = parts;
    if (!sameSettings(partition.state.settings, settings)) {
      const { durable } = await partition.inTurn(() =>
        partition.step({ kind: 'settings', settings }),
      );
      await durable;
    }
    if (options.follows === undefined) await publications.publishMissing();
    parts.housekeeping.start(options.repeat ?? repeatAside);
    return new Constellation(options, parts);
  }

  /** The version that pushes are answered with. */
  get version(): number {
    return this.#parts.published.version;
  }

  /** What stands in the log and in no checkpoint yet: what a start would fold again. */
  get log(): { readonly entries: number; readonly bytes: number } {
    const { logEntries, logBytes } = this.#parts.partition;
    return { entries: logEntries, bytes: logBytes };
  }

  report(): ConstellationReport {
    const { partition, refusals } = this.#parts;
    const { counters, epoch } = partition.state;
    return { ...counters, refused: refusals.total, version: this.version, epoch };
  }

  /** What is published, and how much waits for more devices. It names no device. */
  overview(): Overview {
    const { partition, published, window } = this.#parts;
    return toOverview({ state: partition.state, titles: published.titles, window });
  }

  /** What is kept of a device, under each key that it may have. */
  async recordsOf(deviceId: string): Promise<readonly DeviceRecord[]> {
    const keys = deviceKeysOf(deviceId);
    const found = await Promise.all(keys.map((key) => this.#parts.partition.deviceOf(key)));
    return found.filter((record) => record !== undefined);
  }

  /**
   * Decides one pushed v1 body and returns the answer's body. When it resolves, the delta is
   * durable.
   * @throws SyncError why the delta was refused: nothing of it was applied; or `http` with
   * `retryable` when the store failed: sending it again is safe.
   */
  sync(body: Uint8Array, caller: Caller = ANYBODY): Promise<Uint8Array> {
    return this.#parts.exchange.sync(body, caller);
  }

  /**
   * Decides a pushed frame, a delta or a batch of them, and returns the answer's frame: a receipt,
   * and what the TV lacks of the newest version. When it resolves, what was decided is durable.
   * @throws SyncError as `sync`; `version-conflict` where the base of the delta is not known here.
   */
  syncFrame(body: Uint8Array, options: FrameOptions = {}): Promise<Uint8Array> {
    return this.#parts.exchange.syncFrame(body, options);
  }

  /** Counts a delta that was refused; a mount calls it for bodies that it refused itself. */
  countRefused(): void {
    this.#parts.refusals.count();
  }

  /**
   * Publishes what enough devices contributed to; returns the new version's global patterns, or
   * undefined when nothing changed. Pushes are decided meanwhile. One that follows another server keeps
   * its log short, and no more.
   */
  async publish(): Promise<GlobalPatterns | undefined> {
    this.#parts.housekeeping.run();
    if (this.#parts.isFollower) return undefined;
    return this.#parts.publications.publish();
  }

  /** All that is published, for servers that follow this one. */
  publication(): Uint8Array {
    return encodePublication(this.#parts.partition.state);
  }

  /**
   * Learns what the log of a follower holds by now, each entry once; how many entries that were. To be
   * opened with `readLog`.
   * @throws SyncError `http`, to be tried again.
   */
  merge(partition: string): Promise<number> {
    const { merging } = this.#parts;
    if (merging === undefined)
      throw new TypeError('This Constellation was opened without readLog.');
    return merging.merge(partition);
  }

  /** How far the logs of followers are learned in the newest checkpoint: they are not read again. */
  get merged(): ReadonlyMap<string, number> {
    return this.#parts.partition.savedMerged;
  }

  /** Erases what is kept of a device, under each key that it may have. */
  async forget(deviceId: string): Promise<void> {
    const { partition } = this.#parts;
    const deviceKeys = deviceKeysOf(deviceId);
    const { durable } = await partition.inTurn(() =>
      partition.step({ kind: 'forgotten', deviceKeys }),
    );
    await durable;
  }

  /** Saves the state as of now, and truncates the log behind it. It happens by itself, too. */
  async checkpoint(): Promise<void> {
    const { refusals, partition } = this.#parts;
    await refusals.settle();
    await partition.checkpoint();
  }

  /** Decides what came before, waits for its write, then closes the store. */
  async close(): Promise<void> {
    const { publications, housekeeping, refusals, partition, workers } = this.#parts;
    await publications.settled();
    await housekeeping.stop();
    await refusals.settle();
    await partition.close();
    await workers?.close();
  }
}

/** What a Constellation is made of. */
interface Parts {
  readonly partition: Partition;
  readonly refusals: Refusals;
  readonly published: Published;
  readonly window: SnapshotWindow | undefined;
  readonly syncWindow: SyncWindow;
  readonly workers: Workers | undefined;
  readonly isFollower: boolean;
  readonly merging: Merging | undefined;
  readonly exchange: Exchange;
  readonly publications: Publications;
  readonly housekeeping: Housekeeping;
}

async function assemble(options: ConstellationOptions): Promise<Parts> {
  const { store, format, clock = systemClock, logger = silentLogger } = options;
  const { keys = createCohortKeys(), syncWindow = DEFAULT_SYNC_WINDOW } = options;
  const { follows, readLog, epoch } = options;
  const own = options.snapshots && new SnapshotWindow(options.snapshots);
  const published = follows ?? new Published(format, own);
  const { window } = published;
  const onLoaded = async (state: ServerState): Promise<void> => {
    if (follows === undefined) await published.restore(state);
  };
  const partition = await Partition.open({
    ...{ store, logger, keys, onLoaded },
    ...(readLog === undefined ? {} : { readLog }),
    ...(epoch === undefined ? {} : { epoch }),
  });
  const refusals = new Refusals(partition);
  const workers = startWorkers(options, logger);
  const { deviceDays = DEFAULT_DEVICE_DAYS } = options;
  // Somewhere else at each start.
  const { epoch: opened, counters } = partition.state;
  const startAt = toDeviceKey(`${opened} ${counters.deltasApplied}`);
  const sweep = new DeviceSweep({ partition, store, clock, deviceDays, startAt });
  const shared = { partition, published, window, format, syncWindow, workers, clock, logger, keys };
  return {
    ...{ partition, refusals, published, window, syncWindow, workers },
    isFollower: follows !== undefined,
    merging: readLog && new Merging({ partition, keys, readLog }),
    exchange: new Exchange({ ...shared, refusals }),
    publications: new Publications(shared),
    housekeeping: new Housekeeping({ partition, refusals, store, clock, logger, sweep }),
  };
}

function startWorkers(
  { workers: threads = 0, snapshots }: ConstellationOptions,
  logger: Logger,
): Workers | undefined {
  return threads === 0
    ? undefined
    : new Workers({ codecs: snapshots?.codecs ?? [], threads, logger });
}

function settingsOfOptions(options: ConstellationOptions): FoldSettings {
  const { federation, learning, region, follows } = options;
  const config = createFederationConfig(federation);
  const { minDevices } = config;
  return {
    federation: config,
    learning: createLearningConfig({ minDevices, ...learning }),
    ...(region === undefined ? {} : { region }),
    ...(follows === undefined ? {} : { learnedElsewhere: true }),
  };
}
