import {
  isPublishedId,
  meetsSyncThreshold,
  systemRandom,
  type PatternData,
  type SyncDelta,
} from '@omega-tv/types';
import {
  normaliseBaseUrl,
  type RequestOptions,
  type SyncAnswer,
  type SyncResult,
} from '@omega-tv/protocol';
import { LEARNING_MODEL } from '@omega-tv/federation';
import type { SyncState } from './engine/state.js';
import { Exchange } from './exchange/exchange.js';
import { openSession } from './exchange/open-session.js';
import type { Session } from './exchange/session.js';
import { Turns } from './exchange/turns.js';
import { stateWaiting, type WaitMemory } from './loop/wait-memory.js';
import { standingOf, type SyncStanding } from './standing/standing.js';
import type { PatternStore } from './store/pattern-store.js';
import { checkOptions, type SyncClientOptions } from './sync-client-options.js';
import type { RankedTitle } from './titles/title-model.js';
import { WatchedTitles } from './titles/watched-titles.js';

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
  readonly #session: Session;
  readonly #exchange: Exchange;
  readonly #titles: WatchedTitles;
  /** Exchanges take turns, since each reads and writes the state. */
  readonly #turns = new Turns();

  private constructor(options: SyncClientOptions, session: Session) {
    const { random = systemRandom, titles } = options;
    this.deviceId = options.deviceId;
    this.constellationUrl = normaliseBaseUrl(options.url);
    this.store = session.store;
    this.#session = session;
    this.#exchange = Exchange.of(session, options);
    this.#titles = new WatchedTitles(session, {
      random,
      areShared: titles?.areShared ?? false,
      reportSpreadMs: titles?.reportSpreadMs ?? LEARNING_MODEL.reportSpreadMs,
    });
  }

  /**
   * Opens a client; the last version is read from the store. Nothing is sent.
   * @throws SyncError `invalid-config` for a device id or a URL that cannot work, and for a store
   * that another device id has used.
   */
  static async create(options: SyncClientOptions): Promise<SyncClient> {
    checkOptions(options);
    return new SyncClient(options, await openSession(options));
  }

  /** The version of the newest global patterns that arrived here; 0 before the first. */
  get lastVersion(): number {
    return this.#session.held.version;
  }

  /**
   * Resolves when the server says that it is well.
   * @throws SyncError when it does not, and the signal's reason when aborted.
   */
  healthCheck(options: RequestOptions = {}): Promise<void> {
    return this.#session.link.protocol.healthCheck(options);
  }

  /** True when the server has newer global patterns than this client. */
  async needsSync(options: RequestOptions = {}): Promise<boolean> {
    const { link, held } = this.#session;
    return (await link.protocol.getGlobalVersion(options)) > held.version;
  }

  /** A delta of those patterns that are good enough to leave the TV, and not published ones. */
  prepareDelta(patterns: readonly PatternData[]): SyncDelta {
    const good = patterns.filter((one) => meetsSyncThreshold(one) && !isPublishedId(one.id));
    const { capabilities: _, ...delta } = this.#session.link.delta(good);
    return delta;
  }

  /**
   * Pushes a delta of your own, in as many messages as it needs, and returns the last answer. The
   * store learns the answer, but keeps no books of what you push: use `syncStore` for that.
   * @throws SyncError as `ConstellationProtocol.sync`; sending the same delta again is safe.
   */
  sync(delta: SyncDelta, options: RequestOptions = {}): Promise<SyncAnswer> {
    return this.#turns.take(() => this.#exchange.sendOwn(delta, options));
  }

  /**
   * Pushes what the store's learned patterns gained since the last acknowledged push, and fetches
   * the global patterns when the server has others. After a failure or a crash, at any point,
   * the next call goes on where this one stopped; no sample is lost or counted twice.
   * @throws SyncError as `ConstellationProtocol.sync`.
   */
  syncStore(options: RequestOptions = {}): Promise<SyncResult> {
    return this.#turns.take(() => this.#exchange.syncStore(options));
  }

  /** What waits, and what is spoken: for `createSyncLoop`, and for screens. */
  async standing(): Promise<SyncStanding> {
    const learned = await this.store.skillList(Number.MAX_SAFE_INTEGER, 'learned');
    const state = await this.store.loadSyncState();
    return standingOf(state, learned, this.#session.link.format.protocolVersion);
  }

  /** Keeps in the store what a server asks this TV to wait: for `createSyncLoop`. */
  get waitMemory(): WaitMemory {
    return {
      load: async () => (await this.store.loadSyncState()).wait,
      save: (wait) => this.#change((state) => stateWaiting(state, wait)),
    };
  }

  /**
   * Remembers that a title was completed, once for each title. Where the viewer shares that, it is
   * reported in time: once, ever.
   */
  titleCompleted(contentId: string): Promise<void> {
    return this.#change((state) => this.#titles.completed(state, contentId));
  }

  /** The viewer's consent. Withdrawn, nothing that waits is reported any more. */
  shareTitles(areShared: boolean): Promise<void> {
    return this.#change((state) => this.#titles.shared(state, areShared));
  }

  /** Titles that were not completed here, the likeliest to be liked first; none without history. */
  rankTitles(): Promise<readonly RankedTitle[]> {
    return this.#titles.rank();
  }

  /** The completed titles that speak most for another one, the strongest first. */
  reasonsFor(contentId: string): Promise<readonly string[]> {
    return this.#titles.reasonsFor(contentId);
  }

  #change(change: (state: SyncState) => SyncState): Promise<void> {
    return this.#turns.take(() => this.#session.change(change));
  }
}
