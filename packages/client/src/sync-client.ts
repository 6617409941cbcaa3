import {
  GLOBAL_STREAM,
  isPublishedId,
  isSyncError,
  MAX_INTEGER,
  meetsSyncThreshold,
  monotonicMs,
  silentLogger,
  systemClock,
  systemRandom,
  type Clock,
  type GlobalPatterns,
  type Logger,
  type PatternData,
  type SyncDelta,
} from '@omega-tv/types';
import {
  encodeSnapshotFrame,
  type ClientFormat,
  type PushContext,
  type Snapshot,
} from '@omega-tv/compression';
import {
  ConstellationProtocol,
  createAxiosTransport,
  normaliseBaseUrl,
  snapshotPath,
  type RequestOptions,
  type SyncAnswer,
  type SyncResult,
} from '@omega-tv/protocol';
import { TierChoice } from './budget/tier-choice.js';
import { checkReceipt, isRefusal } from './settlement.js';
import { createMemoryPatternStore } from './store/memory-pattern-store.js';
import type { PatternStore } from './store/pattern-store.js';
import { orderByTeaching } from './store/push-order.js';
import {
  answerAdopted,
  copiesMerged,
  frameDropped,
  pendingPatterns,
  pushAcknowledged,
  pushBegun,
  pushRefused,
  stateOwned,
  type AdoptedAnswer,
  type SyncState,
} from './store/sync-state.js';
import { checkOptions, type SyncClientOptions } from './sync-client-options.js';
import { addResults, nothingMoved, snapshotFetched } from './sync-results.js';

/** How many patterns one exchange looks at. */
const MAX_LISTED_SKILLS = 1024;

/**
 * One TV's side of the exchange.
 * @example
 * ```ts
 * import { SyncClient } from '@omega-tv/client';
 * import { createNodeV2Format } from '@omega-tv/compression/node';
 *
 * const url = 'https://tv.example.com/base/';
 * const client = await SyncClient.create({ url, deviceId: 'kitchen', format: createNodeV2Format() });
 * console.log(client.constellationUrl, client.lastVersion); // => https://tv.example.com/base 0
 * ```
 */
export class SyncClient {
  readonly deviceId: string;
  /** Without trailing slashes. */
  readonly constellationUrl: string;
  readonly store: PatternStore;
  readonly #protocol: ConstellationProtocol;
  readonly #format: ClientFormat;
  readonly #clock: Clock;
  readonly #tiers: TierChoice;
  readonly #isCached: boolean;
  readonly #logger: Logger;
  #lastVersion: number;
  /** The snapshot that the state's frame holds. */
  #held: Snapshot | undefined;
  /** Exchanges take turns, since each reads and writes the state. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: SyncClientOptions, store: PatternStore, state: SyncState) {
    const { clock = systemClock, format, fallback, timeoutMs, logger = silentLogger } = options;
    this.deviceId = options.deviceId;
    this.constellationUrl = normaliseBaseUrl(options.url);
    this.store = store;
    this.#format = format;
    this.#clock = clock;
    this.#tiers = new TierChoice(options.budget);
    this.#isCached = options.snapshots === 'cached' && format.decodeSnapshot !== undefined;
    this.#logger = logger;
    this.#lastVersion = state.lastVersion;
    this.#held = this.#readFrame(state.frame);
    this.#protocol = new ConstellationProtocol({
      transport: options.transport ?? createAxiosTransport({ baseUrl: this.constellationUrl }),
      format,
      clock,
      logger,
      ...(fallback === undefined ? {} : { fallback }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  /**
   * Opens a client; the last version is read from the store. Nothing is sent.
   * @throws SyncError `invalid-config` for a device id or a URL that cannot work, and for a store
   * that another device id has used.
   */
  static async create(options: SyncClientOptions): Promise<SyncClient> {
    checkOptions(options);
    const { deviceId, store = createMemoryPatternStore(), random = systemRandom } = options;
    const url = normaliseBaseUrl(options.url);
    const loaded = await store.loadSyncState();
    const drawEpoch = (): number => Math.floor(random.next() * 2 ** 32);
    const state = stateOwned(loaded, { deviceId, url }, drawEpoch);
    if (state !== loaded) {
      // A full disk must not stop a TV from starting: the owner is written with a later state.
      await store.saveSyncState(state).catch((err: unknown) => {
        options.logger?.warn({ err }, 'the store cannot be written now');
      });
    }
    return new SyncClient(options, store, state);
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
      version: Math.min(this.#lastVersion + 1, MAX_INTEGER),
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
      const context = this.#context();
      const [first = delta, ...rest] = await this.#protocol.format.splitDelta(delta, context);
      let answer = await this.#exchange(first, options);
      for (const part of rest) {
        const next = await this.#exchange(part, options);
        answer = { ...answer, ...next, result: addResults(answer.result, next.result) };
      }
      await this.#adopt(answer, answerAdopted);
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
      let result = nothingMoved(this.#lastVersion, this.#format.protocolVersion);
      let told: Named | undefined;
      for (;;) {
        const delta = await this.#nextPush();
        if (delta === undefined) break;
        const moved = await this.#settlePush(delta, options);
        if (moved === undefined) continue;
        result = addResults(result, moved.result);
        told = namedBy(moved);
      }
      const named = told ?? { version: await this.#protocol.getGlobalVersion(options) };
      return addResults(result, await this.#fetchOther(named, told !== undefined, options));
    });
  }

  /**
   * Fetches the server's global patterns where they are another version's. A lower one counts too:
   * the server may have been restored from a backup.
   * @param isTold whether an answer to a push has just said so: it carried the server's epoch.
   */
  async #fetchOther(named: Named, isTold: boolean, options: RequestOptions): Promise<SyncResult> {
    if (named.version === this.#lastVersion) {
      return nothingMoved(this.#lastVersion, this.#protocol.format.protocolVersion);
    }
    const isCached = this.#isCached && this.#protocol.format === this.#format;
    if (!isCached) return (await this.#poll(options, false)).result;
    if (isTold) return this.#fetchSnapshot(named, options);
    const polled = await this.#poll(options, true);
    const { result } = polled;
    if (result.globalVersion === this.#lastVersion) return result;
    return addResults(result, await this.#fetchSnapshot(namedBy(polled), options));
  }

  /** Pushes nothing: the answer says what there is, and brings it unless only that is asked for. */
  async #poll(options: RequestOptions, minimal: boolean): Promise<SyncAnswer> {
    const answer = await this.#exchange(this.prepareDelta([]), options, minimal);
    await this.#adopt(answer, answerAdopted);
    return answer;
  }

  /** A cache may hold what a restored server no longer has: then the answer brings it. */
  async #fetchSnapshot({ version, hash }: Named, options: RequestOptions): Promise<SyncResult> {
    const startMs = monotonicMs(this.#clock);
    const held = this.#held;
    try {
      const path = snapshotPath({ stream: GLOBAL_STREAM, version }, held);
      const bytes = await this.#protocol.getSnapshot(path, options);
      const read = this.#format.decodeSnapshot?.(bytes, held);
      if (read !== undefined && (hash === undefined || read.snapshot.hash === hash)) {
        await this.#adoptSnapshot(read, answerAdopted);
        return snapshotFetched(read.globals, bytes.length, monotonicMs(this.#clock) - startMs);
      }
      this.#logger.warn({ version, hash }, 'the snapshot kept under its version is another one');
    } catch (error) {
      if (!isSyncError(error) || error.code === 'http') throw error;
      this.#logger.warn({ err: error }, 'the snapshot cannot be had by its version');
    }
    return (await this.#poll(options, false)).result;
  }

  /** What a delta may be coded against, and how large it may be. */
  #context(): PushContext & { readonly tierReason: string } {
    const { tier, reason } = this.#tiers.choose();
    return { tier, tierReason: reason, ...(this.#held === undefined ? {} : { base: this.#held }) };
  }

  async #exchange(
    delta: SyncDelta,
    options: RequestOptions,
    minimal = this.#isCached,
  ): Promise<SyncAnswer> {
    const { tierReason, ...context } = this.#context();
    const { serverEpoch } = await this.store.loadSyncState();
    try {
      const answer = await this.#protocol.sync(delta, {
        ...options,
        ...context,
        minimal,
        mayFallBack: serverEpoch === undefined,
      });
      checkReceipt(delta, answer);
      this.#tiers.succeeded(answer.result.durationMs);
      const { result } = answer;
      return { ...answer, result: result.tier === undefined ? result : { ...result, tierReason } };
    } catch (error) {
      this.#tiers.failed(error);
      throw error;
    }
  }

  /** The push that was begun and not answered, or else a new one, durable before it is sent. */
  async #nextPush(): Promise<SyncDelta | undefined> {
    const state = await this.store.loadSyncState();
    const [begun] = state.outbox;
    if (begun !== undefined) return { ...this.prepareDelta([]), ...begun };
    const learned = await this.store.skillList(MAX_LISTED_SKILLS, 'learned');
    const merged = copiesMerged(state, learned);
    const pending = this.prepareDelta(
      orderByTeaching(pendingPatterns(merged, learned), this.#held?.patterns ?? []),
    );
    if (pending.patterns.length === 0) {
      if (merged !== state) await this.store.saveSyncState(merged);
      return undefined;
    }
    const [part = pending] = await this.#split(pending);
    const next = pushBegun(merged, part.patterns);
    await this.store.saveSyncState(next);
    return { ...part, ...next.outbox[0] };
  }

  /** A pattern that fits no message goes alone, so that it alone becomes a dead letter. */
  async #split(delta: SyncDelta): Promise<readonly SyncDelta[]> {
    try {
      return await this.#protocol.format.splitDelta(delta, this.#context());
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return delta.patterns.map((pattern) => ({ ...delta, patterns: [pattern] }));
    }
  }

  /** Sends the first push of the outbox; returns undefined when it was refused for good. */
  async #settlePush(delta: SyncDelta, options: RequestOptions): Promise<SyncAnswer | undefined> {
    try {
      const answer = await this.#exchange(delta, options);
      await this.#adopt(answer, pushAcknowledged);
      return answer;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const state = await this.store.loadSyncState();
      await this.store.saveSyncState(pushRefused(state, error.message));
      return undefined;
    }
  }

  /** Acknowledgement, snapshot and version in one step; the receipt counts without a snapshot too. */
  async #adopt(answer: SyncAnswer, settle: Settle): Promise<void> {
    const { globalPatterns, snapshot, snapshotError, receipt } = answer;
    if (snapshotError !== undefined) {
      this.#logger.warn({ err: snapshotError }, 'the snapshot of the answer cannot be used');
    }
    const epoch = {
      ...(receipt === undefined ? {} : { serverEpoch: receipt.serverEpoch }),
      hasLost: this.#hasLost(answer),
    };
    if (globalPatterns !== undefined) {
      const read = { globals: globalPatterns, ...(snapshot === undefined ? {} : { snapshot }) };
      await this.#adoptSnapshot(read, settle, epoch);
      return;
    }
    const settled = settle(await this.store.loadSyncState(), epoch);
    const state = snapshotError === undefined ? settled : frameDropped(settled);
    await this.store.saveSyncState(state);
    this.#lastVersion = state.lastVersion;
    if (state.frame === undefined) this.#held = undefined;
  }

  /** Whether the server's newest version shows that it lost some: lower, or the same but another. */
  #hasLost({ current }: SyncAnswer): boolean {
    if (current === undefined) return false;
    const held = this.#held;
    const isRewritten = held?.version === current.version && held.hash !== current.hash;
    return current.version < this.#lastVersion || isRewritten;
  }

  async #adoptSnapshot(
    { globals, snapshot }: { globals: GlobalPatterns; snapshot?: Snapshot },
    settle: Settle,
    epoch: Pick<AdoptedAnswer, 'serverEpoch' | 'hasLost'> = {},
  ): Promise<void> {
    const frame = snapshot === undefined ? {} : { frame: encodeSnapshotFrame(snapshot) };
    const state = settle(await this.store.loadSyncState(), { globals, ...frame, ...epoch });
    await this.store.saveSyncState(state);
    this.#held = snapshot;
    this.#lastVersion = globals.version;
  }

  /** The snapshot that a TV kept; what it cannot read it does without. */
  #readFrame(frame: Uint8Array | undefined): Snapshot | undefined {
    if (frame === undefined) return undefined;
    try {
      return this.#format.decodeSnapshot?.(frame).snapshot;
    } catch (err) {
      this.#logger.warn(
        { err },
        'the snapshot kept cannot be read; the next answer brings it anew',
      );
      return undefined;
    }
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** A version as an answer names it; alone, where only its number was asked for. */
interface Named {
  readonly version: number;
  readonly hash?: string;
}

function namedBy({ current, result }: SyncAnswer): Named {
  return current ?? { version: result.globalVersion };
}

type Settle = (state: SyncState, answer: AdoptedAnswer) => SyncState;

/** RFC 3339 has four digits for the year: a clock beyond them is read as its last instant. */
const LAST_TIMESTAMP_MS = Date.UTC(9999, 11, 31);

function toTimestamp(nowMs: number): string {
  const ms = Math.min(Math.max(nowMs, 0), LAST_TIMESTAMP_MS);
  return new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
}
