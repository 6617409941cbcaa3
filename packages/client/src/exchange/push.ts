import { isPublishedId, isSyncError, type PushedPattern, type SyncDelta } from '@omega-tv/types';
import {
  V2_LIMITS,
  type BudgetTier,
  type EncodedDelta,
  type Snapshot,
  type TitleHoldings,
} from '@omega-tv/compression';
import type { RequestOptions, SyncAnswer } from '@omega-tv/protocol';
import { copiesMerged } from '../choose/copies.js';
import { orderByTeaching } from '../choose/order.js';
import { pendingPatterns, repeatedPatterns } from '../choose/pending.js';
import { countsByOf, pushBegun } from '../engine/outbox.js';
import type { OutboxItem, SyncState } from '../engine/state.js';
import { outboxStatusOf, PUSH_TRANSITIONS } from '../engine/transition.js';
import { dueReports, withReports } from '../titles/completions.js';
import { isRefusal, type Session } from './session.js';

/** How many patterns one exchange looks at. */
const MAX_LISTED_SKILLS = 1024;

/** A begun push with its message. */
interface Begun {
  readonly item: OutboxItem;
  readonly encoded: EncodedDelta;
}

/** A message, and what it was made from: it serves as long as that is the same. */
interface Message {
  readonly encoded: EncodedDelta;
  readonly base: Snapshot | undefined;
  readonly tier: BudgetTier | undefined;
  readonly holdings: TitleHoldings;
}

/** Sends what a TV learned, each push durable before it goes out. */
export class Pusher {
  readonly #session: Session;
  /** Whether answers are to bring the receipt alone. */
  readonly #isMinimal: () => boolean;
  /** Messages that were made already: what was coded for fitting is what is sent. */
  readonly #messages = new WeakMap<OutboxItem, Message>();

  constructor(session: Session, isMinimal: () => boolean) {
    this.#session = session;
    this.#isMinimal = isMinimal;
  }

  /** True where something waits to be said, begun or not. */
  async hasMore(): Promise<boolean> {
    const { store } = this.#session;
    const state = await store.loadSyncState();
    if (state.outbox.length > 0) return true;
    if (dueReports(state, this.#session.link.clock.nowMs()).length > 0) return true;
    const learned = await this.#learned();
    return (
      repeatedPatterns(state, learned).length > 0 || pendingPatterns(state, learned).length > 0
    );
  }

  /**
   * Sends the next push, or several at once where the server takes them.
   * @returns `nothing` where there is none to send, undefined where it was refused for good.
   * @throws SyncError as `ConstellationProtocol.sync`; the next call goes on with the same push.
   */
  async pushNext(options: RequestOptions): Promise<SyncAnswer | 'nothing' | undefined> {
    const state = await this.#begin();
    if (state.outbox.length === 0) return 'nothing';
    const batch = await this.#batchOf(state);
    if (batch.length > 1) return this.#sendBatch(batch, options);
    try {
      return await this.#sendOne(state.outbox[0], options);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#refused(error.message);
      return undefined;
    }
  }

  /** A base that the server does not know costs one further round trip. */
  async #sendOne(item: OutboxItem | undefined, options: RequestOptions): Promise<SyncAnswer> {
    const { link, store } = this.#session;
    if (item === undefined) throw new TypeError('no push was begun');
    const state = await store.loadSyncState();
    const encoded = this.#messageOf(item);
    const answer = await link.exchange(link.deltaOf(item), state, {
      ...options,
      minimal: this.#isMinimal(),
      ...(encoded === undefined ? {} : { encoded }),
    });
    await this.#session.adopt(answer, [item]);
    return answer;
  }

  /** The pushes that wait, or else new ones, durable before they are sent. */
  async #begin(): Promise<SyncState> {
    const { store } = this.#session;
    const loaded = await store.loadSyncState();
    if (loaded.outbox.length > 0) return loaded;
    const learned = await this.#learned();
    let state = copiesMerged(loaded, learned);
    const repeated = repeatedPatterns(state, learned);
    const isRepeat = repeated.length > 0;
    let left = isRepeat ? repeated : this.#ordered(state, learned);
    const most = this.#mostItems(state);
    while (left.length > 0 && state.outbox.length < most) {
      state = await this.#fit(state, left, isRepeat);
      left = left.slice(state.outbox[state.outbox.length - 1]?.patterns.length ?? 1);
    }
    state = this.#reportsBegun(state, most);
    return this.#session.save(loaded, state);
  }

  /**
   * Titles that were completed go out one a push, each with the viewer as it is without it, and only
   * to a server that takes them: another one would acknowledge and forget what is said once.
   */
  #reportsBegun(before: SyncState, most: number): SyncState {
    const { link, drawEpoch, titles } = this.#session;
    const isTaken = before.server?.capabilities.includes('titles') === true;
    if (countsByOf(before, link.format.protocolVersion) !== 'position' || !isTaken) return before;
    let state = before;
    for (const contentId of dueReports(before, link.clock.nowMs())) {
      if (state.outbox.length >= most) break;
      const report = { contentId, ...titles?.findings(state, contentId) };
      const item: OutboxItem = { countsBy: 'position', patterns: [], report };
      state = withReports(pushBegun(state, item, drawEpoch), [item], 'begun');
    }
    return state;
  }

  #ordered(state: SyncState, learned: Parameters<typeof pendingPatterns>[1]) {
    const published = this.#session.held.snapshot?.patterns ?? [];
    return orderByTeaching(pendingPatterns(state, learned), published);
  }

  /** Of what was learned, nothing that came from the server. */
  async #learned() {
    const listed = await this.#session.store.skillList(MAX_LISTED_SKILLS, 'learned');
    return listed.filter(({ id }) => !isPublishedId(id));
  }

  /**
   * Begins a push of as many patterns as one message takes. The one that fits none goes alone, so
   * that it alone becomes a dead letter.
   */
  async #fit(
    state: SyncState,
    patterns: readonly PushedPattern[],
    isRepeat: boolean,
  ): Promise<SyncState> {
    const { link, drawEpoch } = this.#session;
    const countsBy = isRepeat ? 'marks' : countsByOf(state, link.format.protocolVersion);
    const repeats = isRepeat ? ({ isRepeat } as const) : {};
    const begun = pushBegun(state, { countsBy, patterns, ...repeats }, drawEpoch);
    const before = begun.outbox.slice(0, -1);
    const [whole = { countsBy, patterns }] = begun.outbox.slice(-1);
    const withPart = (part: readonly PushedPattern[], encoded?: EncodedDelta): SyncState => {
      const item = { ...whole, patterns: part };
      if (encoded !== undefined) this.#remember(item, encoded);
      return { ...begun, outbox: [...before, item] };
    };
    try {
      const fitted = await link.format.fitDelta(link.deltaOf(whole), link.context());
      return withPart(fitted.part.patterns, fitted);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return withPart(patterns.slice(0, 1));
    }
  }

  /** Several where the server takes them in one body and bytes are not scarce. */
  #mostItems({ server }: SyncState): number {
    const { format } = this.#session.link;
    const takesBatches = server?.capabilities.includes('batches') === true;
    const mayJoin = takesBatches && format.joinDeltas !== undefined && this.#batchBytes() > 0;
    return mayJoin ? V2_LIMITS.maxBatchFrames : 1;
  }

  #batchBytes(): number {
    return MAX_BATCH_BYTES[this.#session.link.context().tier ?? 'normal'];
  }

  /** The first pushes that wait, as many as go into one body. */
  async #batchOf(state: SyncState): Promise<readonly Begun[]> {
    const batch: Begun[] = [];
    let room = this.#batchBytes() - BATCH_BYTES;
    for (const item of state.outbox.slice(0, this.#mostItems(state))) {
      const encoded = await this.#encode(item);
      if (encoded === undefined) break;
      room -= encoded.bytes.length + BATCH_BYTES;
      if (room < 0) break;
      batch.push({ item, encoded });
    }
    return batch;
  }

  async #encode(item: OutboxItem): Promise<EncodedDelta | undefined> {
    const { link } = this.#session;
    const known = this.#messageOf(item);
    if (known !== undefined) return known;
    try {
      const encoded = await link.format.encodeDelta(link.deltaOf(item), link.context());
      this.#remember(item, encoded);
      return encoded;
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  #remember(item: OutboxItem, encoded: EncodedDelta): void {
    const { link, held } = this.#session;
    const { base, tier } = link.context();
    this.#messages.set(item, { encoded, base, tier, holdings: held.holdings });
  }

  #messageOf(item: OutboxItem): EncodedDelta | undefined {
    const { link, held } = this.#session;
    const { base, tier } = link.context();
    const message = this.#messages.get(item);
    if (message === undefined) return undefined;
    const isSame = message.base === base && message.tier === tier;
    return isSame && message.holdings === held.holdings ? message.encoded : undefined;
  }

  async #sendBatch(batch: readonly Begun[], options: RequestOptions): Promise<SyncAnswer> {
    const { link } = this.#session;
    const items = batch.map(({ item }) => item);
    const [first, ...others] = items.map((item) => link.deltaOf(item));
    const deltas: readonly SyncDelta[] = others;
    try {
      const answer = await link.exchangeBatch(
        [first ?? link.delta([]), ...deltas],
        batch.map(({ encoded }) => encoded),
        { ...options, minimal: this.#isMinimal() },
      );
      await this.#session.adopt(answer, items);
      return answer;
    } catch (error) {
      if (!isSyncError(error, 'version-conflict')) throw error;
      return this.#sendOne(items[0], options);
    }
  }

  async #refused(reason: string): Promise<void> {
    const { store, link, drawEpoch } = this.#session;
    const state = await store.loadSyncState();
    const context = { drawEpoch, nowMs: link.clock.nowMs(), reason };
    await store.saveSyncState(
      PUSH_TRANSITIONS[outboxStatusOf(state)].refused.apply(state, context),
    );
  }
}

/** How much a body of several messages may have; on a network that is slow or paid for, none. */
const MAX_BATCH_BYTES: Readonly<Record<BudgetTier, number>> = {
  floor: 0,
  normal: 4096,
  ceiling: V2_LIMITS.maxRequestBytes,
};

/** What a batch adds to each of its messages, and at most to all of them. */
const BATCH_BYTES = 8;
