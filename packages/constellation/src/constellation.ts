import {
  isSyncError,
  MAX_INTEGER,
  silentLogger,
  SyncError,
  type Clock,
  type GlobalPatterns,
  type Logger,
  type SyncDelta,
} from '@omega-tv/types';
import type { WireFormat } from '@omega-tv/compression';
import {
  applyMarks,
  contribute,
  contributionsFromDelta,
  createFederationConfig,
  emptyFederation,
  publish,
  type CohortKeys,
  type DeviceMarks,
  type FederationConfig,
  type FederationState,
  type Touched,
} from '@omega-tv/federation';
import { CommitQueue } from './commit-queue.js';
import { createCohortKeys, toDeviceKey } from './secrets.js';
import type {
  ConstellationStore,
  ServerCounters,
  StoreChange,
} from './store/constellation-store.js';

/** How long a TV waits before it tries again after the server's disk failed. */
const STORE_RETRY_MS = 5000;

export interface ConstellationOptions {
  readonly store: ConstellationStore;
  /** How deltas and global patterns become bytes. */
  readonly format: WireFormat;
  readonly clock: Clock;
  readonly federation?: Partial<FederationConfig>;
  /** Where its TVs are, ISO 3166-1 alpha-2: v1 deltas do not say. */
  readonly region?: string;
  /** Default: drawn from the machine's random source. */
  readonly keys?: CohortKeys;
  readonly logger?: Logger;
}

/** What `report` says of a server. */
export interface ConstellationReport extends ServerCounters {
  readonly version: number;
  readonly epoch: string;
}

/** The server without its transport: applies deltas, publishes global patterns. */
export class Constellation {
  readonly format: WireFormat;
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
    this.#store = options.store;
    this.#queue = new CommitQueue(options.store);
    this.#clock = options.clock;
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
    checkRegion(options.region);
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
   * Decides one pushed body and returns the answer's body. When it resolves, the delta is durable.
   * @throws SyncError why the delta was refused: nothing of it was applied; or `http` with
   * `retryable` when the store failed: sending it again is safe.
   */
  async sync(body: Uint8Array): Promise<Uint8Array> {
    try {
      const delta = await this.format.decodeDelta(body);
      const { durable } = await this.#inTurn(() => this.#decide(delta));
      await durable;
      return this.#answer;
    } catch (error) {
      if (isSyncError(error) && error.code !== 'http') this.countRefused();
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
    this.#answer = publication.answer;
    this.#answeredVersion = publication.globals.version;
    const { version, patterns, trends } = publication.globals;
    const fields = { version, patterns: patterns.length, trends: trends.length };
    this.#logger.info({ ...fields, answerBytes: publication.answer.length }, 'published');
    return publication.globals;
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
    const { published } = this.#federation;
    this.#answer = (await this.format.encodeGlobalPatterns(published)).bytes;
    this.#answeredVersion = published.version;
  }

  async #decide(delta: SyncDelta): Promise<{ durable: Promise<void> }> {
    const deviceKey = toDeviceKey(delta.deviceId);
    const known = this.#queue.marksOf(deviceKey) ?? (await this.#loadMarks(deviceKey));
    const { marks, increments } = applyMarks(known ?? noMarks, delta.patterns);
    const nowMs = this.#clock.nowMs();
    const contributions = contributionsFromDelta(delta, increments, nowMs, this.#region);
    const samples = increments.reduce((sum, count) => sum + count, 0);
    const isDuplicate = delta.patterns.length > 0 && samples === 0;
    const { state, touched } = contribute(
      this.#federation,
      contributions,
      this.#keys,
      this.#config,
    );
    this.#federation = state;
    this.#counters = {
      ...this.#counters,
      devices: this.#counters.devices + (known === undefined ? 1 : 0),
      deltasApplied: this.#counters.deltasApplied + (isDuplicate ? 0 : 1),
      duplicates: this.#counters.duplicates + (isDuplicate ? 1 : 0),
      samplesAccepted: Math.min(MAX_INTEGER, this.#counters.samplesAccepted + samples),
    };
    return {
      durable: this.#commit(this.#change({ touched, marks: new Map([[deviceKey, marks]]) })),
    };
  }

  async #decidePublication() {
    const nowMs = this.#clock.nowMs();
    const { state, globals, touched } = publish(this.#federation, nowMs, this.#config);
    const encoded = globals === null ? undefined : await this.format.encodeGlobalPatterns(globals);
    this.#federation = state;
    const changed = touched.clusters.length + touched.trends.length > 0;
    if (globals === null || encoded === undefined) {
      if (changed) await this.#commit(this.#change({ touched }));
      return undefined;
    }
    const durable = this.#commit({ ...this.#change({ touched }), published: globals });
    return { globals, answer: encoded.bytes, durable };
  }

  /** The records that now differ from the disk. */
  #change({ touched = noneTouched, marks = new Map() }: ChangeParts): StoreChange {
    const { clusters, trends, counters } = this.#federation;
    return {
      epoch: this.#epoch,
      counters: this.#counters,
      federationCounters: counters,
      marks,
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

  #loadMarks(deviceKey: string): Promise<DeviceMarks | undefined> {
    return this.#store.loadMarks(deviceKey).catch((cause: unknown) => {
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

function checkRegion(region: string | undefined): void {
  if (region === undefined || /^[A-Z]{2}$/.test(region)) return;
  const message = `region is ${region}, but must be two capital letters (ISO 3166-1 alpha-2)`;
  throw new SyncError('invalid-config', message, { field: 'region' });
}

interface ChangeParts {
  readonly touched?: Touched;
  readonly marks?: ReadonlyMap<string, DeviceMarks>;
}

const noMarks: DeviceMarks = new Map();
const noneTouched: Touched = { clusters: [], trends: [] };
const noCounts: ServerCounters = {
  devices: 0,
  deltasApplied: 0,
  duplicates: 0,
  refused: 0,
  samplesAccepted: 0,
};
