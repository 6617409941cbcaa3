import {
  isPublishedId,
  isSyncError,
  MAX_NAME_LENGTH,
  meetsSyncThreshold,
  SyncError,
  type Clock,
  type GlobalPatterns,
  type Logger,
  type PatternData,
  type SyncDelta,
} from '@omega-tv/types';
import type { WireFormat } from '@omega-tv/compression';
import {
  ConstellationProtocol,
  createAxiosTransport,
  normaliseBaseUrl,
  type RequestOptions,
  type SyncAnswer,
  type SyncResult,
  type Transport,
} from '@omega-tv/protocol';
import { createMemoryPatternStore } from './store/memory-pattern-store.js';
import type { PatternStore } from './store/pattern-store.js';
import {
  answerAdopted,
  pendingPatterns,
  pushAcknowledged,
  pushBegun,
  pushRefused,
  stateOwned,
} from './store/sync-state.js';
import { addResults, nothingMoved } from './sync-results.js';
import { systemClock } from './system.js';

export interface SyncClientOptions {
  /** Where the Constellation lives, e.g. `https://tv.example.com/base`. */
  readonly url: string;
  /** Names this TV; not empty, no control characters. */
  readonly deviceId: string;
  /** How deltas become bytes, e.g. `createNodeV1Format()` of `@omega-tv/compression/node`. */
  readonly format: WireFormat;
  /** Default: one in memory. */
  readonly store?: PatternStore;
  /** Default: HTTP with axios. */
  readonly transport?: Transport;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  readonly logger?: Logger;
}

/** How many patterns one exchange looks at. */
const MAX_LISTED_SKILLS = 1024;

/** One TV's side of the exchange. */
export class SyncClient {
  readonly deviceId: string;
  /** Without trailing slashes. */
  readonly constellationUrl: string;
  readonly store: PatternStore;
  readonly #protocol: ConstellationProtocol;
  readonly #clock: Clock;
  #lastVersion: number;
  /** Exchanges take turns, since each reads and writes the state. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: SyncClientOptions, store: PatternStore, lastVersion: number) {
    const { clock = systemClock, format, timeoutMs, logger } = options;
    this.deviceId = options.deviceId;
    this.constellationUrl = normaliseBaseUrl(options.url);
    this.store = store;
    this.#clock = clock;
    this.#lastVersion = lastVersion;
    this.#protocol = new ConstellationProtocol({
      transport: options.transport ?? createAxiosTransport({ baseUrl: this.constellationUrl }),
      format,
      clock,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(logger === undefined ? {} : { logger }),
    });
  }

  /**
   * Opens a client; the last version is read from the store. Nothing is sent.
   * @throws SyncError `invalid-config` for a device id or a URL that cannot work, and for a store
   * that another device id has used.
   */
  static async create(options: SyncClientOptions): Promise<SyncClient> {
    checkOptions(options);
    const { deviceId, store = createMemoryPatternStore() } = options;
    const url = normaliseBaseUrl(options.url);
    const loaded = await store.loadSyncState();
    const state = stateOwned(loaded, { deviceId, url });
    if (state !== loaded) {
      // A full disk must not stop a TV from starting: the owner is written with a later state.
      await store.saveSyncState(state).catch((err: unknown) => {
        options.logger?.warn({ err }, 'the store cannot be written now');
      });
    }
    return new SyncClient(options, store, state.lastVersion);
  }

  /** The version of the newest global patterns that arrived here; 0 before the first. */
  get lastVersion(): number {
    return this.#lastVersion;
  }

  /**
   * Resolves when the server says that it is well.
   * @throws SyncError when it does not, and the signal's reason when aborted.
   */
  healthCheck(options: RequestOptions = {}): Promise<void> {
    return this.#protocol.healthCheck(options);
  }

  /** True when the server has newer global patterns than this client. */
  async needsSync(options: RequestOptions = {}): Promise<boolean> {
    return (await this.#protocol.getGlobalVersion(options)) > this.#lastVersion;
  }

  /** A delta of those patterns that are good enough to leave the TV, and not published ones. */
  prepareDelta(patterns: readonly PatternData[]): SyncDelta {
    return {
      deviceId: this.deviceId,
      patterns: patterns.filter((one) => meetsSyncThreshold(one) && !isPublishedId(one.id)),
      version: this.#lastVersion + 1,
      timestamp: toTimestamp(this.#clock.nowMs()),
    };
  }

  /**
   * Pushes a delta of your own, in as many messages as it needs, and returns the last answer. The
   * store learns the answer, but keeps no books of what you push: use `syncStore` for that.
   * @throws SyncError as `ConstellationProtocol.sync`; sending the same delta again is safe.
   */
  sync(delta: SyncDelta, options: RequestOptions = {}): Promise<SyncAnswer> {
    return this.#inTurn(async () => {
      const [first = delta, ...rest] = await this.#protocol.format.splitDelta(delta);
      let answer = await this.#protocol.sync(first, options);
      for (const part of rest) {
        const next = await this.#protocol.sync(part, options);
        answer = { ...next, result: addResults(answer.result, next.result) };
      }
      await this.#adopt(answer.globalPatterns, answerAdopted);
      return answer;
    });
  }

  /**
   * Pushes what the store's learned patterns gained since the last acknowledged push, and fetches
   * the global patterns when the server has others. After a failure or a crash, at any point,
   * the next call goes on where this one stopped; no sample is lost or counted twice.
   * @throws SyncError as `ConstellationProtocol.sync`.
   */
  syncStore(options: RequestOptions = {}): Promise<SyncResult> {
    return this.#inTurn(async () => {
      let result = nothingMoved(this.#lastVersion);
      for (;;) {
        const delta = await this.#nextPush();
        if (delta === undefined) break;
        const moved = await this.#settlePush(delta, options);
        if (moved !== undefined) result = addResults(result, moved);
      }
      if (result.bytesReceived === 0 && (await this.#hasOtherVersion(options))) {
        const answer = await this.#protocol.sync(this.prepareDelta([]), options);
        await this.#adopt(answer.globalPatterns, answerAdopted);
        result = addResults(result, answer.result);
      }
      return result;
    });
  }

  /** A lower one counts too: the server may have been restored from a backup. */
  async #hasOtherVersion(options: RequestOptions): Promise<boolean> {
    return (await this.#protocol.getGlobalVersion(options)) !== this.#lastVersion;
  }

  /** The push that was begun and not answered, or else a new one, durable before it is sent. */
  async #nextPush(): Promise<SyncDelta | undefined> {
    const state = await this.store.loadSyncState();
    const [begun] = state.outbox;
    if (begun !== undefined) return { ...this.prepareDelta([]), patterns: begun };
    const learned = await this.store.skillList(MAX_LISTED_SKILLS, 'learned');
    const pending = this.prepareDelta(pendingPatterns(state, learned));
    if (pending.patterns.length === 0) return undefined;
    const [next = pending] = await this.#split(pending);
    await this.store.saveSyncState(pushBegun(state, next.patterns));
    return next;
  }

  /** A pattern that fits no message goes alone, so that it alone becomes a dead letter. */
  async #split(delta: SyncDelta): Promise<readonly SyncDelta[]> {
    try {
      return await this.#protocol.format.splitDelta(delta);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return delta.patterns.map((pattern) => ({ ...delta, patterns: [pattern] }));
    }
  }

  /** Sends the first push of the outbox; returns undefined when it was refused for good. */
  async #settlePush(delta: SyncDelta, options: RequestOptions): Promise<SyncResult | undefined> {
    try {
      const { globalPatterns, result } = await this.#protocol.sync(delta, options);
      await this.#adopt(globalPatterns, pushAcknowledged);
      return result;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const state = await this.store.loadSyncState();
      await this.store.saveSyncState(pushRefused(state, error.message));
      return undefined;
    }
  }

  async #adopt(answer: GlobalPatterns, settle: typeof answerAdopted): Promise<void> {
    await this.store.saveSyncState(settle(await this.store.loadSyncState(), answer));
    this.#lastVersion = answer.version;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/**
 * Refused for what a pattern says: sending it again can only be refused again. A body that arrived
 * damaged, or an envelope that is wrong, is no fault of the patterns.
 */
function isRefusal(error: unknown): error is SyncError {
  if (!isSyncError(error) || error.retryable) return false;
  return error.code === 'invalid-pattern' || error.code === 'compression-limit';
}

/** RFC 3339 has four digits for the year: a clock beyond them is read as its last instant. */
const LAST_TIMESTAMP_MS = Date.UTC(9999, 11, 31);

function toTimestamp(nowMs: number): string {
  const ms = Math.min(Math.max(nowMs, 0), LAST_TIMESTAMP_MS);
  return new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
}

function checkOptions({ deviceId, format }: SyncClientOptions): void {
  const isName = typeof deviceId === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(deviceId);
  if (!isName || deviceId.length > MAX_NAME_LENGTH) {
    throw new SyncError(
      'invalid-config',
      `The device id must be well-formed text of 1 to ${MAX_NAME_LENGTH} characters without control characters`,
      { field: 'deviceId' },
    );
  }
  if (typeof format !== 'object') {
    throw new SyncError(
      'invalid-config',
      'A format is missing; createNodeV1Format() of @omega-tv/compression/node makes one',
      { field: 'format' },
    );
  }
}
