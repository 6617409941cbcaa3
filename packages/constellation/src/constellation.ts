import {
  isSyncError,
  MAX_INTEGER,
  silentLogger,
  SyncError,
  systemClock,
  type Clock,
  type GlobalPatterns,
  type Logger,
  type SyncDelta,
  type SyncWindow,
} from '@omega-tv/types';
import type { WireFormat } from '@omega-tv/compression';
import {
  contribute,
  contributionsFromDelta,
  createFederationConfig,
  emptyFederation,
  publish,
  type CohortKeys,
  type FederationConfig,
  type FederationState,
  type Touched,
} from '@omega-tv/federation';
import { ANYBODY, checkSpeaksFor, deviceKeyOf, type Caller } from './auth/caller.js';
import { CommitQueue } from './commit-queue.js';
import { checkOptions, type ConstellationOptions } from './constellation-options.js';
import type { Decision } from './decision/decide.js';
import type { DeviceRecord } from './decision/device-record.js';
import { decidePush, type ReceivedPush } from './decision/decide-push.js';
import { answerPush, openPush, type FrameOptions, type OpenedPush } from './frame-exchange.js';
import { createCohortKeys, toServerEpoch } from './secrets.js';
import { SnapshotWindow } from './snapshots/snapshot-window.js';
import {
  noCounts,
  type ConstellationStore,
  type ServerCounters,
  type StoreChange,
} from './store/constellation-store.js';

/** How long a TV waits before it tries again after the server's disk failed. */
const STORE_RETRY_MS = 5000;

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
  readonly #store: ConstellationStore;
  readonly #queue: CommitQueue;
  readonly #clock: Clock;
  readonly #config: FederationConfig;
  readonly #keys: CohortKeys;
  readonly #region: string | undefined;
  readonly #logger: Logger;
  #epoch = '';
  #counters: ServerCounters = noCounts;
  #federation: FederationState = emptyFederation();
  /** The answer to every push since the last publication. */
  #answer: Uint8Array = new Uint8Array();
  #answeredVersion = 0;
  /** Deltas are decided one after another; their writes are waited for together. */
  #turn: Promise<unknown> = Promise.resolve();
  /** True when memory may be ahead of the disk. */
  #mustReload = false;

  private constructor(options: ConstellationOptions) {
    this.format = options.format;
    this.window = options.snapshots && new SnapshotWindow(options.snapshots);
    this.syncWindow = options.syncWindow ?? DEFAULT_SYNC_WINDOW;
    this.#store = options.store;
    this.#queue = new CommitQueue(options.store);
    this.#clock = options.clock ?? systemClock;
    this.#config = createFederationConfig(options.federation);
    this.#keys = options.keys ?? createCohortKeys();
    this.#region = options.region;
    this.#logger = options.logger ?? silentLogger;
  }

  /**
   * Goes on where the store left off.
   * @throws SyncError `invalid-config` for settings that cannot work or a store that cannot be read.
   */
  static async open(options: ConstellationOptions): Promise<Constellation> {
    checkOptions(options);
    const constellation = new Constellation(options);
    await constellation.#load();
    return constellation;
  }

  /** The version that pushes are answered with. */
  get version(): number {
    return this.#answeredVersion;
  }

  report(): ConstellationReport {
    return { ...this.#counters, version: this.#answeredVersion, epoch: this.#epoch };
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
      const { durable } = await this.#inTurn(() =>
        this.#decide({ outline: delta, decode: () => delta }, caller),
      );
      await durable;
      return this.#answer;
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
      const push = openPush(window, body, this.#answeredVersion);
      checkSpeaksFor(caller, push.header.deviceId);
      const decided = await this.#decideInOrder(push, caller);
      return answerPush(push, decided, {
        window,
        syncWindow,
        serverEpoch: toServerEpoch(this.#epoch),
        serverTimeMs: this.#clock.nowMs(),
        isMinimal: options.minimal === true,
      });
    });
  }

  /**
   * Decides the deltas of a push up to the first that cannot be decided, and waits for the disk.
   * @throws SyncError where it is the first of all.
   */
  async #decideInOrder(
    { deltas, isBatch }: OpenedPush,
    caller: Caller,
  ): Promise<[Decision, ...Decision[]]> {
    const decided: DecidedPush[] = [];
    let failure: unknown;
    for (const open of deltas) {
      try {
        const last = await this.#inTurn(() => this.#decide(open(), caller));
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
    const counted = this.#inTurn(() => {
      this.#counters = { ...this.#counters, refused: this.#counters.refused + 1 };
      return Promise.resolve({ durable: this.#commit(this.#change({})) });
    });
    // The count alone is not worth a failure: the refusal is the answer.
    counted.then(({ durable }) => durable).catch(() => undefined);
  }

  /**
   * Publishes what enough devices contributed to; returns the new version's global patterns, or
   * undefined when nothing changed.
   */
  async publish(): Promise<GlobalPatterns | undefined> {
    const publication = await this.#inTurn(() => this.#decidePublication());
    if (publication === undefined) return undefined;
    await publication.durable;
    const { answer, globals, change } = publication;
    if (change !== undefined) this.window?.adopt(change);
    this.#answer = answer;
    this.#answeredVersion = globals.version;
    const { version, patterns, trends } = globals;
    const fields = { version, patterns: patterns.length, trends: trends.length };
    const sizes = { answerBytes: answer.length, snapshotBytes: change?.frame.length };
    this.#logger.info({ ...fields, ...sizes }, 'published');
    return globals;
  }

  /** Decides what came before, waits for its write, then closes the store. */
  close(): Promise<void> {
    const closed = this.#turn.then(async () => {
      await this.#queue.settled();
      await this.#store.close();
    });
    this.#turn = closed.catch(() => undefined);
    return closed;
  }

  async #load(): Promise<void> {
    const stored = await this.#store.load();
    this.#epoch = stored?.epoch ?? this.#keys.drawKey();
    this.#counters = stored?.counters ?? noCounts;
    this.#federation = stored?.federation ?? emptyFederation();
    if (stored === undefined) await this.#store.commit(this.#change({}));
    await this.#loadSnapshots(stored?.frames ?? []);
    const { published } = this.#federation;
    this.#answer = await this.#encodeAnswer(published, this.window?.newest);
    this.#answeredVersion = published.version;
  }

  /**
   * A store that a server without these codecs has written lacks the newest version's frame. It is
   * published anew, as the next version: a version has one content.
   */
  async #loadSnapshots(frames: readonly Uint8Array[]): Promise<void> {
    const { window } = this;
    if (window === undefined) return;
    window.restore(frames);
    const { published } = this.#federation;
    if (published.version === 0 || window.newest?.version === published.version) return;
    const globals = { ...published, version: published.version + 1 };
    const change = window.prepare(globals, this.#clock.nowMs());
    await this.#store.commit({ ...this.#change({}), published: globals, snapshots: change });
    window.adopt(change);
    this.#federation = { ...this.#federation, published: globals };
  }

  /** The v1 answer says what the snapshot says, as far as it has room. */
  async #encodeAnswer(
    globals: GlobalPatterns,
    snapshot: Pick<GlobalPatterns, 'patterns'> | undefined,
  ): Promise<Uint8Array> {
    const patterns = snapshot?.patterns ?? globals.patterns;
    return (await this.format.encodeGlobalPatterns({ ...globals, patterns })).bytes;
  }

  async #decide(received: ReceivedPush, caller: Caller): Promise<DecidedPush> {
    const deviceKey = deviceKeyOf(caller, received.outline.deviceId);
    const known = this.#queue.recordOf(deviceKey) ?? (await this.#loadDevice(deviceKey));
    const { delta, decision, refusal } = decidePush(known, received);
    const { record, increments, receipt } = decision;
    const isLearned = delta !== undefined && caller.contributes;
    const touched = isLearned ? this.#learn(delta, increments) : noneTouched;
    const samples = increments.reduce((sum, count) => sum + count, 0);
    const { devices, deltasApplied, duplicates, samplesAccepted } = this.#counters;
    this.#counters = {
      ...this.#counters,
      devices: devices + (known === undefined && record !== undefined ? 1 : 0),
      deltasApplied: deltasApplied + (receipt.outcome === 'applied' ? 1 : 0),
      duplicates: duplicates + (receipt.outcome === 'duplicate' ? 1 : 0),
      samplesAccepted: Math.min(MAX_INTEGER, samplesAccepted + samples),
    };
    const changed = record === undefined ? {} : { devices: new Map([[deviceKey, record]]) };
    const durable = this.#commit(this.#change({ touched, ...changed }));
    return { decision, durable, ...(refusal === undefined ? {} : { refusal }) };
  }

  #learn(delta: SyncDelta, increments: readonly number[]): Touched {
    const nowMs = this.#clock.nowMs();
    const contributions = contributionsFromDelta(delta, increments, nowMs, this.#region);
    const learned = contribute(this.#federation, contributions, this.#keys, this.#config);
    this.#federation = learned.state;
    return learned.touched;
  }

  async #decidePublication() {
    const nowMs = this.#clock.nowMs();
    const { state, globals, touched } = publish(this.#federation, nowMs, this.#config);
    const change = globals === null ? undefined : this.window?.prepare(globals, nowMs);
    const answer = globals === null ? undefined : await this.#encodeAnswer(globals, change?.added);
    this.#federation = state;
    const changed = touched.clusters.length + touched.trends.length > 0;
    if (globals === null || answer === undefined) {
      if (changed) await this.#commit(this.#change({ touched }));
      return undefined;
    }
    const durable = this.#commit({
      ...this.#change({ touched }),
      published: globals,
      ...(change === undefined ? {} : { snapshots: change }),
    });
    return { globals, answer, change, durable };
  }

  /** The records that now differ from the disk. */
  #change({ touched = noneTouched, devices = new Map() }: ChangeParts): StoreChange {
    const { clusters, trends, counters } = this.#federation;
    return {
      epoch: this.#epoch,
      counters: this.#counters,
      federationCounters: counters,
      devices,
      clusters: new Map(touched.clusters.map((id) => [id, clusters.get(id)])),
      trends: new Map(touched.trends.map((id) => [id, trends.get(id)])),
    };
  }

  #commit(change: StoreChange): Promise<void> {
    return this.#queue.add(change).catch((cause: unknown) => {
      this.#mustReload = true;
      throw this.#storeError(cause);
    });
  }

  #loadDevice(deviceKey: string): Promise<DeviceRecord | undefined> {
    return this.#store.loadDevice(deviceKey).catch((cause: unknown) => {
      throw this.#storeError(cause);
    });
  }

  #storeError(cause: unknown): SyncError<'http'> {
    this.#logger.error({ err: cause }, 'the store failed; nothing of the request was applied');
    return new SyncError(
      'http',
      'The server could not use its store; nothing was applied, send it again later',
      { reason: 'server-error', status: 503 },
      { cause, retryable: true, retryAfterMs: STORE_RETRY_MS },
    );
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(async () => {
      if (this.#mustReload) await this.#reload();
      return work();
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Back to what the disk holds: memory had gone ahead of it. */
  async #reload(): Promise<void> {
    await this.#queue.settled();
    this.#queue.reset();
    await this.#load().catch((cause: unknown) => {
      throw this.#storeError(cause);
    });
    this.#mustReload = false;
  }
}

interface ChangeParts {
  readonly touched?: Touched;
  readonly devices?: ReadonlyMap<string, DeviceRecord>;
}

interface DecidedPush {
  readonly decision: Decision;
  readonly durable: Promise<void>;
  /** Why the delta counts nothing, ever. */
  readonly refusal?: SyncError;
}

const noneTouched: Touched = { clusters: [], trends: [] };
