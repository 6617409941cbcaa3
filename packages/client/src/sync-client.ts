import {
  isPublishedId,
  meetsSyncThreshold,
  silentLogger,
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
import { stateOwned } from './engine/state.js';
import { Fetcher, namedBy, type NamedVersion } from './exchange/fetch.js';
import { HeldSnapshot } from './exchange/held-snapshot.js';
import { Link } from './exchange/link.js';
import { Pusher } from './exchange/push.js';
import { addResults, nothingMoved } from './exchange/results.js';
import { Session } from './exchange/session.js';
import { createMemoryPatternStore } from './store/memory-pattern-store.js';
import type { PatternStore } from './store/pattern-store.js';
import { checkOptions, type SyncClientOptions } from './sync-client-options.js';

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
  }

  /**
   * Opens a client; the last version is read from the store. Nothing is sent.
   * @throws SyncError `invalid-config` for a device id or a URL that cannot work, and for a store
   * that another device id has used.
   */
  static async create(options: SyncClientOptions): Promise<SyncClient> {
    checkOptions(options);
    const { deviceId, store = createMemoryPatternStore(), random = systemRandom } = options;
    const { logger = silentLogger, format } = options;
    const url = normaliseBaseUrl(options.url);
    const loaded = await store.loadSyncState();
    const drawEpoch = (): number => Math.floor(random.next() * 2 ** 32);
    const state = stateOwned(loaded, { deviceId, url }, drawEpoch);
    if (state !== loaded) {
      // A full disk must not stop a TV from starting: the owner is written with a later state.
      await store.saveSyncState(state).catch((err: unknown) => {
        logger.warn({ err }, 'the store cannot be written now');
      });
    }
    const held = new HeldSnapshot(state, format, logger);
    return new SyncClient(
      options,
      new Session(store, new Link(options, url, held), held, drawEpoch),
    );
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
