import type { PatternData, SyncDelta } from '@omega-tv/types';
import type { RequestOptions, SyncAnswer, SyncResult } from '@omega-tv/protocol';
import type { SyncState } from './engine/state.js';
import { openClientParts, type ClientParts } from './exchange/open-client-parts.js';
import { Turns } from './exchange/turns.js';
import { stateWaiting, type WaitMemory } from './loop/wait-memory.js';
import { measuredExchange } from './metrics/measure.js';
import type { SyncStanding } from './standing/standing.js';
import type { PatternStore } from './store/pattern-store.js';
import type { SyncClientOptions } from './sync-client-options.js';
import type { RankedTitle } from './titles/title-model.js';
import type { Whose } from './titles/watched-titles.js';

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
  readonly #parts: ClientParts;
  /** Exchanges take turns, since each reads and writes the state. */
  readonly #turns = new Turns();

  private constructor(deviceId: string, parts: ClientParts) {
    this.deviceId = deviceId;
    this.constellationUrl = parts.url;
    this.store = parts.session.store;
    this.#parts = parts;
  }

  /**
   * Opens a client; the last version is read from the store. Nothing is sent.
   * @throws SyncError `invalid-config` for a device id or a URL that cannot work, and for a store
   * that another device id has used.
   */
  static async create(options: SyncClientOptions): Promise<SyncClient> {
    return new SyncClient(options.deviceId, await openClientParts(options));
  }

  /** The version of the newest global patterns that arrived here; 0 before the first. */
  get lastVersion(): number {
    return this.#parts.session.held.version;
  }

  /**
   * Resolves when the server says that it is well.
   * @throws SyncError when it does not, and the signal's reason when aborted.
   */
  healthCheck(options: RequestOptions = {}): Promise<void> {
    return this.#parts.session.link.protocol.healthCheck(options);
  }

  /** True when the server has newer global patterns than this client. */
  async needsSync(options: RequestOptions = {}): Promise<boolean> {
    const { link, held } = this.#parts.session;
    return (await link.protocol.getGlobalVersion(options)) > held.version;
  }

  /** A delta of those patterns that are good enough to leave the TV, and not published ones. */
  prepareDelta(patterns: readonly PatternData[]): SyncDelta {
    return this.#parts.session.link.deltaOfGood(patterns);
  }

  /**
   * Pushes a delta of your own, in as many messages as it needs; the store learns the last answer, but
   * keeps no books of it. @throws SyncError as `ConstellationProtocol.sync`; it may be sent again.
   */
  sync(delta: SyncDelta, options: RequestOptions = {}): Promise<SyncAnswer> {
    return this.#turns.take(() => this.#parts.exchange.sendOwn(delta, options));
  }

  /**
   * Pushes what the store's learned patterns gained since the last acknowledged push, and fetches
   * the global patterns when the server has others. After a failure or a crash, at any point, the
   * next call goes on where this one stopped. @throws SyncError as `ConstellationProtocol.sync`.
   */
  syncStore(options: RequestOptions = {}): Promise<SyncResult> {
    return this.#turns.take(() => measuredExchange(this.#parts, options));
  }

  /** What waits, and what is spoken: for `createSyncLoop`, and for screens. */
  standing(): Promise<SyncStanding> {
    return this.#parts.session.standing();
  }

  /** Keeps in the store what a server asks this TV to wait: for `createSyncLoop`. */
  get waitMemory(): WaitMemory {
    return {
      load: async () => (await this.store.loadSyncState()).wait,
      save: (wait) => this.#change((state) => stateWaiting(state, wait)),
    };
  }

  /** `titlesCompleted` for one. */
  titleCompleted(contentId: string, whose: Whose = {}): Promise<void> {
    return this.titlesCompleted([contentId], whose);
  }

  /** Remembers completed titles in one durable step; where they are shared, each is reported once, ever. */
  titlesCompleted(contentIds: readonly string[], whose: Whose = {}): Promise<void> {
    return this.#change((state) => this.#parts.titles.completed(state, contentIds, whose));
  }

  /** The viewer's consent. Withdrawn, nothing that waits is reported any more. */
  shareTitles(areShared: boolean): Promise<void> {
    return this.#change((state) => this.#parts.titles.shared(state, areShared));
  }

  /** A profile contributes nothing from now on, or may again; what waits of it is withdrawn. */
  keepPrivate(profile: string, isPrivate = true): Promise<void> {
    return this.#turns.take(() => this.#parts.erasure.keepPrivate(profile, isPrivate));
  }

  /** Erases a profile here; what a server has counted stays in its sums, which name nobody. */
  forgetProfile(profile: string): Promise<void> {
    return this.#turns.take(() => this.#parts.erasure.profile(profile));
  }

  /** Erases all that was learned and received here, as for another owner of this TV. */
  forget(): Promise<void> {
    return this.#turns.take(() => this.#parts.erasure.all());
  }

  /** Titles that were not completed here, the likeliest to be liked first; none without history. */
  rankTitles(): Promise<readonly RankedTitle[]> {
    return this.#parts.titles.rank();
  }

  /** The completed titles that speak most for another one, the strongest first. */
  reasonsFor(contentId: string): Promise<readonly string[]> {
    return this.#parts.titles.reasonsFor(contentId);
  }

  #change(change: (state: SyncState) => SyncState): Promise<void> {
    return this.#turns.take(() => this.#parts.session.change(change));
  }
}
