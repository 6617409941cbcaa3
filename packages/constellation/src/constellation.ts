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
import type { WireFormat } from '@omega-tv/compression';
import {
  createFederationConfig,
  createLearningConfig,
  type CohortKeys,
} from '@omega-tv/federation';
import { ANYBODY, checkSpeaksFor, deviceKeyOf, type Caller } from './auth/caller.js';
import { checkOptions, type ConstellationOptions } from './constellation-options.js';
import type { Decision } from './decision/decide.js';
import type { ReceivedPush } from './decision/decide-push.js';
import { REQUEST_LIMITS } from './decision/request-limits.js';
import {
  answerPush,
  openPush,
  type FrameOptions,
  type OpenedPush,
} from './exchange/frame-exchange.js';
import { publishState, type Publication } from './publish/publication.js';
import { Published, type NewVersion } from './publish/published.js';
import { SnapshotWindow } from './publish/snapshot-window.js';
import { createCohortKeys, toServerEpoch } from './secrets.js';
import type { ConstellationStore, ServerCounters } from './store/constellation-store.js';
import { applyPush, type Folding } from './writer/apply-push.js';
import { changeOf, emptyServer, type ServerState } from './writer/server-state.js';
import { Writer } from './writer/writer.js';

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
  readonly #writer: Writer;
  readonly #published: Published;
  readonly #clock: Clock;
  readonly #folding: Folding;
  readonly #logger: Logger;
  readonly #keys: CohortKeys;
  #state: ServerState = emptyServer('');

  private constructor(options: ConstellationOptions) {
    const { store, logger = silentLogger, keys = createCohortKeys(), region } = options;
    this.format = options.format;
    this.window = options.snapshots && new SnapshotWindow(options.snapshots);
    this.syncWindow = options.syncWindow ?? DEFAULT_SYNC_WINDOW;
    this.#store = store;
    this.#writer = new Writer({ store, logger, reload: () => this.#load() });
    this.#published = new Published(options.format, this.window);
    this.#clock = options.clock ?? systemClock;
    const federation = createFederationConfig(options.federation);
    const { minDevices } = federation;
    this.#folding = {
      federation,
      learning: createLearningConfig({ minDevices, ...options.learning }),
      keys,
      ...(region === undefined ? {} : { region }),
    };
    this.#logger = logger;
    this.#keys = keys;
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
    return this.#published.version;
  }

  report(): ConstellationReport {
    return { ...this.#state.counters, version: this.#published.version, epoch: this.#state.epoch };
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
      const { durable } = await this.#writer.inTurn(() =>
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
        serverEpoch: toServerEpoch(this.#state.epoch),
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
        const last = await this.#writer.inTurn(() => this.#decide(received, caller));
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
    const counted = this.#writer.inTurn(() => {
      const { counters } = this.#state;
      this.#state = { ...this.#state, counters: { ...counters, refused: counters.refused + 1 } };
      return Promise.resolve({ durable: this.#writer.commit(changeOf(this.#state)) });
    });
    // The count alone is not worth a failure: the refusal is the answer.
    counted.then(({ durable }) => durable).catch(() => undefined);
  }

  /**
   * Publishes what enough devices contributed to; returns the new version's global patterns, or
   * undefined when nothing changed.
   */
  async publish(): Promise<GlobalPatterns | undefined> {
    const publication = await this.#writer.inTurn(() => this.#decidePublication());
    await publication.durable;
    const { titles, version } = publication;
    if (titles !== undefined) this.#published.adoptTitles(titles);
    if (version !== undefined) this.#published.adopt(version);
    this.#logPublication(publication);
    return version?.globals;
  }

  /** Decides what came before, waits for its write, then closes the store. */
  close(): Promise<void> {
    return this.#writer.close();
  }

  async #load(): Promise<void> {
    const stored = await this.#store.load();
    const { frames, ...state } = stored ?? { ...emptyServer(this.#keys.drawKey()), frames: [] };
    this.#state = state;
    if (stored === undefined) await this.#store.commit(changeOf(state));
    const missing = await this.#published.restore(state, frames, () => this.#clock.nowMs());
    if (missing === undefined) return;
    await this.#store.commit({ ...changeOf(this.#state), ...writtenOf(missing) });
    this.#published.adopt(missing);
    const { federation } = this.#state;
    this.#state = { ...this.#state, federation: { ...federation, published: missing.globals } };
  }

  async #decide(received: ReceivedPush, caller: Caller): Promise<DecidedPush> {
    const key = deviceKeyOf(caller, received.outline.deviceId);
    const { contributes } = caller;
    const known = { key, contributes, record: await this.#writer.deviceOf(key) };
    const applied = applyPush(this.#state, known, received, this.#folding, () =>
      this.#clock.nowMs(),
    );
    this.#state = applied.state;
    return { ...applied, durable: this.#writer.commit(applied.change) };
  }

  async #decidePublication(): Promise<DecidedPublication> {
    const nowMs = this.#clock.nowMs();
    const { state, change, globals, titles } = publishState(this.#state, nowMs, this.#folding);
    const version = globals && (await this.#published.prepare(globals, nowMs));
    this.#state = state;
    const written = version === undefined ? {} : writtenOf(version);
    return {
      durable: change && this.#writer.commit({ ...change, ...written }),
      ...(version === undefined ? {} : { version }),
      ...(titles === undefined ? {} : { titles }),
    };
  }

  #logPublication({ version, titles }: DecidedPublication): void {
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

/** A publication on its way to the disk. */
interface DecidedPublication extends Pick<Publication, 'titles'> {
  readonly durable: Promise<void> | undefined;
  readonly version?: NewVersion;
}

/** What is written of a version. */
function writtenOf({ globals, snapshot }: NewVersion) {
  return { published: globals, ...(snapshot === undefined ? {} : { snapshots: snapshot }) };
}

interface DecidedPush {
  readonly decision: Decision;
  readonly durable: Promise<void>;
  /** Why the delta counts nothing, ever. */
  readonly refusal?: SyncError;
}
