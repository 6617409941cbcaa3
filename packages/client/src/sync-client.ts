import {
  isPublishedId,
  meetsSyncThreshold,
  silentLogger,
  systemRandom,
  type PatternData,
  type RandomSource,
  type SyncDelta,
} from '@omega-tv/types';
import {
  normaliseBaseUrl,
  type RequestOptions,
  type SyncAnswer,
  type SyncResult,
} from '@omega-tv/protocol';
import { LEARNING_MODEL } from '@omega-tv/federation';
import { stateOwned, type SyncState } from './engine/state.js';
import { Fetcher, namedBy, type NamedVersion } from './exchange/fetch.js';
import { HeldSnapshot } from './exchange/held-snapshot.js';
import { Link } from './exchange/link.js';
import { Pusher } from './exchange/push.js';
import { addResults, nothingMoved } from './exchange/results.js';
import { Session } from './exchange/session.js';
import type { WaitMemory } from './loop/wait-memory.js';
import { createMemoryPatternStore } from './store/memory-pattern-store.js';
import type { PatternStore } from './store/pattern-store.js';
import { checkOptions, type SyncClientOptions } from './sync-client-options.js';
import { sharingWithdrawn, titleCompleted } from './titles/completions.js';
import { TitleModel, type RankedTitle } from './titles/title-model.js';

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
  readonly #pusher: Pusher;
  readonly #fetcher: Fetcher;
  readonly #reportSpreadMs: number;
  readonly #random: RandomSource;
  #sharesTitles: boolean;
  /** Exchanges take turns, since each reads and writes the state. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: SyncClientOptions, session: Session) {
    const { link, store } = session;
    const isCached = options.snapshots === 'cached' && options.format.decodeSnapshot !== undefined;
    this.deviceId = options.deviceId;
    this.constellationUrl = normaliseBaseUrl(options.url);
    this.store = store;
    this.#session = session;
    this.#pusher = new Pusher(session, () => isCached && link.format === options.format);
    this.#fetcher = new Fetcher(session, isCached);
    this.#reportSpreadMs = options.titles?.reportSpreadMs ?? LEARNING_MODEL.reportSpreadMs;
    this.#random = options.random ?? systemRandom;
    this.#sharesTitles = options.titles?.areShared ?? false;
  }

  /**
   * Opens a client; the last version is read from the store. Nothing is sent.
   * @throws SyncError `invalid-config` for a device id or a URL that cannot work, and for a store
   * that another device id has used.
   */
  static async create(options: SyncClientOptions): Promise<SyncClient> {
    checkOptions(options);
    const { deviceId, store = createMemoryPatternStore(), random = systemRandom } = options;
    const { logger = silentLogger, format, titles } = options;
    const url = normaliseBaseUrl(options.url);
    const loaded = await store.loadSyncState();
    const drawEpoch = (): number => Math.floor(random.next() * 2 ** 32);
    const owned = stateOwned(loaded, { deviceId, url }, drawEpoch);
    const state = titles?.areShared === true ? owned : sharingWithdrawn(owned);
    if (state !== loaded) {
      // A full disk must not stop a TV from starting: the owner is written with a later state.
      await store.saveSyncState(state).catch((err: unknown) => {
        logger.warn({ err }, 'the store cannot be written now');
      });
    }
    const held = new HeldSnapshot(state, format, logger);
    const link = new Link(options, url, held);
    const model = titles && new TitleModel(titles.catalogue, titles.textStart, random);
    return new SyncClient(options, new Session(store, link, held, drawEpoch, model));
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
    return this.#inTurn(async () => {
      const { link, store } = this.#session;
      this.#session.begin();
      const [first = delta, ...rest] = await link.format.splitDelta(delta, link.context());
      const send = async (part: SyncDelta): Promise<SyncAnswer> =>
        link.exchange(part, await store.loadSyncState(), { ...options, minimal: false });
      let answer = await send(first);
      for (const part of rest) {
        const next = await send(part);
        answer = { ...answer, ...next, result: addResults(answer.result, next.result) };
      }
      await this.#session.adopt(answer);
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
      const { link, held } = this.#session;
      this.#session.begin();
      let result = nothingMoved(held.version, link.format.protocolVersion);
      let told: NamedVersion | undefined;
      const take = (answer: SyncAnswer): void => {
        result = addResults(result, answer.result);
        told = namedBy(answer);
      };
      if (await this.#mustMeet()) take(await this.#fetcher.poll(options, true));
      for (;;) {
        const moved = await this.#pusher.pushNext(options);
        if (moved === 'nothing') break;
        if (moved !== undefined) take(moved);
      }
      const named = told ?? { version: await link.protocol.getGlobalVersion(options) };
      const isTold = told !== undefined;
      return addResults(result, await this.#fetcher.fetchOther(named, isTold, options));
    });
  }

  /** Keeps in the store what a server asks this TV to wait: for `createSyncLoop`. */
  get waitMemory(): WaitMemory {
    return {
      load: async () => (await this.store.loadSyncState()).wait,
      save: (wait) =>
        this.#changeState(({ wait: _, ...state }) =>
          wait === undefined ? state : { ...state, wait },
        ),
    };
  }

  /**
   * Remembers that a title was completed, once for each title. Where the viewer shares that, it is
   * reported in time: once, ever.
   */
  titleCompleted(contentId: string): Promise<void> {
    return this.#changeState((state) =>
      titleCompleted(state, contentId, {
        isShared: this.#sharesTitles,
        nowMs: this.#session.link.clock.nowMs(),
        spreadMs: this.#reportSpreadMs,
        draw: () => this.#random.next(),
      }),
    );
  }

  /** The viewer's consent. Withdrawn, nothing that waits is reported any more. */
  async shareTitles(areShared: boolean): Promise<void> {
    this.#sharesTitles = areShared;
    if (!areShared) await this.#changeState(sharingWithdrawn);
  }

  /** Titles that were not completed here, the likeliest to be liked first; none without history. */
  async rankTitles(): Promise<readonly RankedTitle[]> {
    const { titles, store } = this.#session;
    return titles?.rank(await store.loadSyncState()) ?? [];
  }

  /** The completed titles that speak most for another one, the strongest first. */
  async reasonsFor(contentId: string): Promise<readonly string[]> {
    const { titles, store } = this.#session;
    return titles?.reasonsFor(await store.loadSyncState(), contentId) ?? [];
  }

  #changeState(change: (state: SyncState) => SyncState): Promise<void> {
    return this.#inTurn(async () => {
      const state = await this.store.loadSyncState();
      await this.#session.save(state, change(state));
    });
  }

  /** How a server counts has to be known before the first push of a TV begins. */
  async #mustMeet(): Promise<boolean> {
    const { link, store } = this.#session;
    if (link.format.protocolVersion === 1) return false;
    const { server } = await store.loadSyncState();
    return server === undefined && (await this.#pusher.hasMore());
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
