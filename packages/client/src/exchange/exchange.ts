import type { RequestOptions, SyncAnswer, SyncResult } from '@omega-tv/protocol';
import type { SyncDelta } from '@omega-tv/types';
import { MAX_DELTA_PATTERNS } from '../engine/bounds.js';
import type { SyncClientOptions } from '../sync-client-options.js';
import { Fetcher, namedBy, type NamedVersion } from './fetch.js';
import { Pusher } from './push.js';
import { addResults, nothingMoved } from './results.js';
import type { Session } from './session.js';

/** One exchange with the server: what is new goes up, what is newer comes down. */
export class Exchange {
  #moved: SyncResult;

  private constructor(
    private readonly session: Session,
    private readonly pusher: Pusher,
    private readonly fetcher: Fetcher,
  ) {
    this.#moved = nothingMoved(0, 2);
  }

  /** What the last exchange moved, also where it failed midway. */
  get moved(): SyncResult {
    return this.#moved;
  }

  static of(session: Session, { snapshots, format }: SyncClientOptions): Exchange {
    const { link } = session;
    const isCached = snapshots === 'cached' && format.decodeSnapshot !== undefined;
    const pusher = new Pusher(session, () => isCached && link.format === format);
    return new Exchange(session, pusher, new Fetcher(session, isCached));
  }

  /** Pushes until nothing waits, then fetches the global patterns where they are another version's. */
  async syncStore(options: RequestOptions): Promise<SyncResult> {
    const { link, held } = this.session;
    this.session.begin();
    this.#moved = nothingMoved(held.version, link.format.protocolVersion);
    let told: NamedVersion | undefined;
    const take = (answer: SyncAnswer): void => {
      this.#moved = addResults(this.#moved, answer.result);
      told = namedBy(answer);
    };
    let isMet = false;
    for (;;) {
      if (!isMet && (await this.#mustMeet())) take(await this.fetcher.poll(options, true));
      const moved = await this.pusher.pushNext(options);
      if (moved === 'nothing') break;
      // A refusal names no server epoch: who gave it may be another one than was met.
      isMet = moved !== 'refused';
      if (moved !== 'refused') take(moved);
    }
    const named = told ?? { version: await link.protocol.getGlobalVersion(options) };
    const isTold = told !== undefined;
    const fetched = await this.fetcher.fetchOther(named, isTold, options);
    this.#moved = addResults(this.#moved, fetched);
    return this.#moved;
  }

  /** Sends a delta of the host's own, in as many messages as it needs, and adopts the last answer. */
  async sendOwn(delta: SyncDelta, options: RequestOptions): Promise<SyncAnswer> {
    const { link, store } = this.session;
    this.session.begin();
    const [first = delta, ...rest] = await this.#split(delta);
    const send = async (part: SyncDelta): Promise<SyncAnswer> =>
      link.exchange(part, await store.loadSyncState(), { ...options, minimal: false });
    let answer = await send(first);
    for (const part of rest) {
      const next = await send(part);
      answer = { ...answer, ...next, result: addResults(answer.result, next.result) };
    }
    await this.session.adopt(answer);
    return answer;
  }

  /** As few as the format and the server take. */
  async #split(delta: SyncDelta): Promise<readonly SyncDelta[]> {
    const { link } = this.session;
    const parts: SyncDelta[] = [];
    for (let at = 0; at === 0 || at < delta.patterns.length; at += MAX_DELTA_PATTERNS) {
      const part = { ...delta, patterns: delta.patterns.slice(at, at + MAX_DELTA_PATTERNS) };
      parts.push(...(await link.format.splitDelta(part, link.context())));
    }
    return parts;
  }

  /**
   * How a server counts has to be known before the first push of a TV begins, and where the TV stands
   * in the epoch that was acknowledged last before a push opens another one.
   */
  async #mustMeet(): Promise<boolean> {
    const { link, store } = this.session;
    if (link.format.protocolVersion === 1) return false;
    const { server, kept, next } = await store.loadSyncState();
    const newest = kept[kept.length - 1]?.position.deviceEpoch;
    const isOpening = newest !== undefined && next !== undefined && next.deviceEpoch !== newest;
    return (server === undefined || isOpening) && (await this.pusher.hasMore());
  }
}
