import {
  isSyncError,
  silentLogger,
  systemClock,
  type Clock,
  type GlobalPatterns,
  type Logger,
  type SyncError,
  type SyncWindow,
} from '@omega-tv/types';
import type { TitleList, WireFormat } from '@omega-tv/compression';
import {
  createFederationConfig,
  createLearningConfig,
  type CohortKeys,
} from '@omega-tv/federation';
import { ANYBODY, checkSpeaksFor, deviceKeyOf, deviceKeysOf, type Caller } from './auth/caller.js';
import { checkOptions, type ConstellationOptions } from './constellation-options.js';
import type { Decision } from './decision/decide.js';
import { decodeAhead, type ReceivedPush } from './decision/decide-push.js';
import type { DeviceRecord } from './decision/device-record.js';
import { REQUEST_LIMITS } from './decision/request-limits.js';
import {
  answerPush,
  openPush,
  type FrameOptions,
  type OpenedPush,
} from './exchange/frame-exchange.js';
import { toOverview, type Overview } from './operations/dashboard/overview.js';
import { toPublicationJob } from './publish/publishable-state.js';
import { toPublishedEntry, withKnownPieces } from './publish/published-entry.js';
import { Published, type NewVersion } from './publish/published.js';
import { SnapshotWindow } from './publish/snapshot-window.js';
import { isTidied } from './publish/tidy-state.js';
import { createCohortKeys, toServerEpoch } from './secrets.js';
import type { ServerCounters } from './store/constellation-store.js';
import { workOutPublication, type PublicationResult } from './work/publication-work.js';
import { Workers } from './work/workers.js';
import { decideDelta } from './writer/decide-delta.js';
import { adoptPublished } from './writer/fold-entry.js';
import { sameSettings, type FoldSettings } from './writer/fold-settings.js';
import { Housekeeping } from './writer/housekeeping.js';
import { Partition } from './writer/partition.js';
import type { ServerState } from './writer/server-state.js';

const DEFAULT_SYNC_WINDOW: SyncWindow = { minMs: 0, maxMs: 15 * 60 * 1000 };

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
  readonly #partition: Partition;
  readonly #published: Published;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #keys: CohortKeys;
  readonly #housekeeping: Housekeeping;
  readonly #workers: Workers | undefined;
  #publishing: Promise<unknown> = Promise.resolve();

  private constructor(options: ConstellationOptions, opened: Opened) {
    const { clock = systemClock, logger = silentLogger, store } = options;
    const { partition, published, window, keys } = opened;
    this.format = options.format;
    this.window = window;
    this.syncWindow = options.syncWindow ?? DEFAULT_SYNC_WINDOW;
    this.#partition = partition;
    this.#published = published;
    this.#clock = clock;
    this.#logger = logger;
    this.#keys = keys;
    this.#workers = opened.workers;
    this.#housekeeping = new Housekeeping({ partition, store, clock, logger });
  }

  /**
   * Goes on where the store left off.
   * @throws SyncError `invalid-config` for settings that cannot work or a store that cannot be read.
   */
  static async open(options: ConstellationOptions): Promise<Constellation> {
    checkOptions(options);
    const settings = settingsOfOptions(options);
    const { store, logger = silentLogger, keys = createCohortKeys() } = options;
    const window = options.snapshots && new SnapshotWindow(options.snapshots);
    const published = new Published(options.format, window);
    const onLoaded = (state: ServerState): Promise<void> => published.restore(state);
    const partition = await Partition.open({ store, logger, keys, onLoaded });
    const workers = startWorkers(options, logger);
    const opened = { partition, published, window, keys, workers };
    const constellation = new Constellation(options, opened);
    if (!sameSettings(partition.state.settings, settings)) {
      const { durable } = await partition.inTurn(() =>
        partition.step({ kind: 'settings', settings }),
      );
      await durable;
    }
    await constellation.#publishMissing();
    return constellation;
  }

  /** The version that pushes are answered with. */
  get version(): number {
    return this.#published.version;
  }

  /** What stands in the log and in no checkpoint yet: what a start would fold again. */
  get log(): { readonly entries: number; readonly bytes: number } {
    const { logEntries, logBytes } = this.#partition;
    return { entries: logEntries, bytes: logBytes };
  }

  report(): ConstellationReport {
    const { counters, epoch } = this.#partition.state;
    return { ...counters, version: this.#published.version, epoch };
  }

  /** What is published, and how much waits for more devices. It names no device. */
  overview(): Overview {
    const { titles } = this.#published;
    return toOverview({ state: this.#partition.state, titles, window: this.window });
  }

  /** What is kept of a device, under each key that it may have. */
  async recordsOf(deviceId: string): Promise<readonly DeviceRecord[]> {
    const keys = deviceKeysOf(deviceId);
    const found = await Promise.all(keys.map((key) => this.#partition.deviceOf(key)));
    return found.filter((record) => record !== undefined);
  }

  /**
   * Decides one pushed v1 body and returns the answer's body. When it resolves, the delta is
   * durable.
   * @throws SyncError why the delta was refused: nothing of it was applied; or `http` with
   * `retryable` when the store failed: sending it again is safe.
   */
  sync(body: Uint8Array, caller: Caller = ANYBODY): Promise<Uint8Array> {
    return this.#countingRefusals(async () => {
      const delta = await this.format.decodeDelta(body);
      checkSpeaksFor(caller, delta.deviceId);
      const { durable } = await this.#partition.inTurn(() =>
        this.#decide({ outline: delta, decode: () => delta }, caller),
      );
      await durable;
      return this.#published.answer;
    });
  }

  /**
   * Decides a pushed frame, a delta or a batch of them, and returns the answer's frame: a receipt,
   * and what the TV lacks of the newest version. When it resolves, what was decided is durable.
   * @throws SyncError as `sync`; `version-conflict` where the base of the delta is not known here.
   */
  syncFrame(body: Uint8Array, options: FrameOptions = {}): Promise<Uint8Array> {
    const { window } = this;
    const { caller = ANYBODY, syncWindow = this.syncWindow } = options;
    if (window === undefined) throw new TypeError('This Constellation was opened without codecs.');
    return this.#countingRefusals(async () => {
      const push = openPush(window, body, this.#published.version);
      checkSpeaksFor(caller, push.header.deviceId);
      const decided = await this.#decideInOrder(push, caller);
      return answerPush(push, decided, {
        window,
        titles: this.#published.titles,
        syncWindow,
        serverEpoch: toServerEpoch(this.#partition.state.epoch),
        serverTimeMs: this.#clock.nowMs(),
        isMinimal: options.minimal === true,
      });
    });
  }

  /**
   * Decides the deltas of a push up to the first that cannot be decided, or that brings more
   * patterns than a request may, and waits for the disk.
   * @throws SyncError where it is the first of all.
   */
  async #decideInOrder(
    { deltas, isBatch }: OpenedPush,
    caller: Caller,
  ): Promise<[Decision, ...Decision[]]> {
    const decided: DecidedPush[] = [];
    let failure: unknown;
    let patterns = 0;
    for (const open of deltas) {
      try {
        const received = open();
        patterns += received.outline.patterns.length;
        if (patterns > REQUEST_LIMITS.maxPatterns && decided.length > 0) break;
        const ready = await this.#decodeAhead(received, caller);
        const last = await this.#partition.inTurn(() => this.#decide(ready, caller));
        // Waited for below; one that fails in the meantime must not go unhandled.
        last.durable.catch(() => undefined);
        decided.push(last);
        if (!last.decision.isDecided) break;
      } catch (error) {
        failure = error;
        break;
      }
    }
    await Promise.all(decided.map(({ durable }) => durable));
    const [first, ...others] = decided;
    if (first === undefined || (failure !== undefined && !isSyncError(failure))) throw failure;
    if (!isBatch && first.refusal !== undefined) throw first.refusal;
    return [first.decision, ...others.map(({ decision }) => decision)];
  }

  async #countingRefusals(work: () => Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      return await work();
    } catch (error) {
      // A base that is not known is no fault: the delta comes again without it.
      const isCounted = isSyncError(error) && !['http', 'version-conflict'].includes(error.code);
      if (isCounted) this.countRefused();
      throw error;
    }
  }

  /** Counts a delta that was refused; a mount calls it for bodies that it refused itself. */
  countRefused(): void {
    const counted = this.#partition.inTurn(() => this.#partition.step({ kind: 'refused' }));
    // The count alone is not worth a failure: the refusal is the answer.
    counted.then(({ durable }) => durable).catch(() => undefined);
  }

  /**
   * Publishes what enough devices contributed to; returns the new version's global patterns, or
   * undefined when nothing changed. Pushes are decided meanwhile.
   */
  publish(): Promise<GlobalPatterns | undefined> {
    const published = this.#publishing.then(() => this.#publish());
    this.#publishing = published.catch(() => undefined);
    return published;
  }

  /** Erases what is kept of a device, under each key that it may have. */
  async forget(deviceId: string): Promise<void> {
    const deviceKeys = deviceKeysOf(deviceId);
    const { durable } = await this.#partition.inTurn(() =>
      this.#partition.step({ kind: 'forgotten', deviceKeys }),
    );
    await durable;
  }

  /** Saves the state as of now, and truncates the log behind it. It happens by itself, too. */
  checkpoint(): Promise<void> {
    return this.#partition.checkpoint();
  }

  /** Decides what came before, waits for its write, then closes the store. */
  async close(): Promise<void> {
    await this.#publishing;
    await this.#housekeeping.settled();
    await this.#partition.close();
    await this.#workers?.close();
  }

  async #decodeAhead(received: ReceivedPush, caller: Caller): Promise<ReceivedPush> {
    if (this.#workers === undefined || received.decodeOn === undefined) return received;
    const key = deviceKeyOf(caller, received.outline.deviceId);
    const { epoch } = this.#partition.state;
    return decodeAhead(await this.#partition.deviceOf(key), received, epoch, this.#workers);
  }

  async #decide(received: ReceivedPush, caller: Caller): Promise<DecidedPush> {
    const partition = this.#partition;
    const deviceKey = deviceKeyOf(caller, received.outline.deviceId);
    const { contributes } = caller;
    const known = { key: deviceKey, contributes, record: await partition.deviceOf(deviceKey) };
    const { state } = partition;
    const nowMs = (): number => this.#clock.nowMs();
    const { entry, applied } = decideDelta(state, known, received, { keys: this.#keys, nowMs });
    return { ...applied, durable: partition.append(entry, applied) };
  }

  async #publish(): Promise<GlobalPatterns | undefined> {
    this.#housekeeping.run();
    const nowMs = this.#clock.nowMs();
    const state = await this.#tidy(nowMs);
    const job = toPublicationJob(state, nowMs, this.window?.publishing);
    const codec = this.window?.codecs.first;
    const { version, titles } = await (this.#workers?.publish(job) ??
      workOutPublication(job, { codec, format: this.format }));
    const list = titles && withKnownPieces(titles.list, state.titles);
    await this.#adopt(
      titles && { ...titles, list: list ?? titles.list },
      version && this.#published.toNewVersion(version, nowMs),
    );
    return version?.globals;
  }

  /** The state that is published: tidied, and durable. */
  async #tidy(atMs: number): Promise<ServerState> {
    const partition = this.#partition;
    const [state, durable] = await partition.inTurn(async () => {
      const entry = { kind: 'tidied', atMs } as const;
      const tidied = await partition.fold(entry);
      if (!isTidied(tidied, partition.state, atMs)) void partition.append(entry, tidied);
      return [partition.state, partition.durable] as const;
    });
    await durable;
    return state;
  }

  async #adopt(
    titles: PublicationResult['titles'],
    version: NewVersion | undefined,
  ): Promise<void> {
    const entry = toPublishedEntry(titles, version);
    if (entry === undefined) return;
    const partition = this.#partition;
    const durable = await partition.inTurn(() => ({
      durable: partition.append(entry, adoptPublished(partition.state, entry, titles?.list)),
    }));
    await durable.durable;
    if (titles !== undefined) this.#published.adoptTitles(titles.list);
    if (version !== undefined) this.#published.adopt(version);
    this.#logPublication(titles?.list, version);
  }

  /** A store that another server wrote may lack the newest version's frame. */
  async #publishMissing(): Promise<void> {
    const { published } = this.#partition.state.federation;
    if (!this.#published.lacks(published)) return;
    const globals = { ...published, version: published.version + 1 };
    await this.#adopt(undefined, await this.#published.prepare(globals, this.#clock.nowMs()));
  }

  #logPublication(titles: TitleList | undefined, version: NewVersion | undefined): void {
    if (titles !== undefined) {
      const pieces = titles.pieces.size;
      this.#logger.info({ titlesVersion: titles.version, pieces }, 'published titles');
    }
    if (version === undefined) return;
    const { globals, answer, snapshot } = version;
    const { patterns, trends } = globals;
    const counts = { patterns: patterns.length, trends: trends.length };
    const sizes = { answerBytes: answer.length, snapshotBytes: snapshot?.frame.length };
    this.#logger.info({ version: globals.version, ...counts, ...sizes }, 'published');
  }
}

/** What a Constellation is made of. */
interface Opened {
  readonly partition: Partition;
  readonly published: Published;
  readonly window: SnapshotWindow | undefined;
  readonly keys: CohortKeys;
  readonly workers: Workers | undefined;
}

function startWorkers(
  { workers: threads = 0, snapshots }: ConstellationOptions,
  logger: Logger,
): Workers | undefined {
  return threads === 0
    ? undefined
    : new Workers({ codecs: snapshots?.codecs ?? [], threads, logger });
}

function settingsOfOptions({ federation, learning, region }: ConstellationOptions): FoldSettings {
  const config = createFederationConfig(federation);
  const { minDevices } = config;
  return {
    federation: config,
    learning: createLearningConfig({ minDevices, ...learning }),
    ...(region === undefined ? {} : { region }),
  };
}

interface DecidedPush {
  readonly decision: Decision;
  readonly durable: Promise<void>;
  /** Why the delta counts nothing, ever. */
  readonly refusal?: SyncError;
}
