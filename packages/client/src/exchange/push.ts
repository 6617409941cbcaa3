import { isSyncError, type SyncDelta } from '@omega-tv/types';
import { V2_LIMITS, type BudgetTier, type EncodedDelta } from '@omega-tv/compression';
import type { RequestOptions, SyncAnswer } from '@omega-tv/protocol';
import { MAX_DELTA_PATTERNS } from '../engine/bounds.js';
import type { OutboxItem, SyncState } from '../engine/state.js';
import { outboxStatusOf, PUSH_TRANSITIONS } from '../engine/transition.js';
import { PushBegin } from './begin.js';
import { Messages } from './messages.js';
import { withoutPushes } from './results.js';
import { isRefusal, type Session } from './session.js';

/** A begun push with its message. */
interface Begun {
  readonly item: OutboxItem;
  readonly encoded: EncodedDelta;
}

/** Sends what a TV learned, the oldest push first. */
export class Pusher {
  readonly #session: Session;
  /** Whether answers are to bring the receipt alone. */
  readonly #isMinimal: () => boolean;
  readonly #messages: Messages;
  readonly #begin: PushBegin;

  constructor(session: Session, isMinimal: () => boolean) {
    this.#session = session;
    this.#isMinimal = isMinimal;
    this.#messages = new Messages(session.link, session.held);
    this.#begin = new PushBegin(session, this.#messages);
  }

  /** True where something waits to be said, begun or not. */
  hasMore(): Promise<boolean> {
    return this.#begin.hasMore();
  }

  /**
   * Sends the next push, or several at once where the server takes them.
   * @returns `nothing` where there is none to send, `refused` where it was refused for good.
   * @throws SyncError as `ConstellationProtocol.sync`; the next call goes on with the same push.
   */
  async pushNext(options: RequestOptions): Promise<SyncAnswer | 'nothing' | 'refused'> {
    const state = await this.#begin.begin((begun) => this.#mostItems(begun));
    const [first] = state.outbox;
    if (first === undefined) return 'nothing';
    const batch = await this.#batchOf(state);
    try {
      if (batch.length > 1) return await this.#sendBatch(batch, options);
    } catch (error) {
      if (!isDecidedAlone(error)) throw error;
    }
    try {
      return await this.#sendOne(first, options);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#refused(error.message);
      return 'refused';
    }
  }

  /** A base that the server does not know costs one further round trip. */
  async #sendOne(item: OutboxItem, options: RequestOptions): Promise<SyncAnswer> {
    const { link, store } = this.#session;
    const state = await store.loadSyncState();
    const encoded = this.#messages.of(item);
    const sent = link.exchange(link.deltaOf(item), state, {
      ...options,
      minimal: this.#isMinimal(),
      ...(encoded === undefined ? {} : { encoded }),
    });
    return this.#adopted([item], await sent);
  }

  async #sendBatch(batch: readonly Begun[], options: RequestOptions): Promise<SyncAnswer> {
    const { link } = this.#session;
    const items = batch.map(({ item }) => item);
    const [first = link.delta([]), ...others]: SyncDelta[] = items.map((one) => link.deltaOf(one));
    const messages = batch.map(({ encoded }) => encoded);
    const minimal = this.#isMinimal();
    const sent = link.exchangeBatch([first, ...others], messages, { ...options, minimal });
    return this.#adopted(items, await sent);
  }

  async #adopted(items: readonly OutboxItem[], answer: SyncAnswer): Promise<SyncAnswer> {
    const { pushes } = await this.#session.adopt(answer, items);
    const left = items.filter((_, i) => pushes[i] === undefined || pushes[i] === 'undecided');
    return left.length === 0 ? answer : { ...answer, result: withoutPushes(answer.result, left) };
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
    let patterns = 0;
    for (const item of state.outbox.slice(0, this.#mostItems(state))) {
      patterns += item.patterns.length;
      if (patterns > MAX_DELTA_PATTERNS) break;
      const encoded = await this.#messages.encode(item);
      if (encoded === undefined) break;
      room -= encoded.bytes.length + BATCH_BYTES;
      if (room < 0) break;
      batch.push({ item, encoded });
    }
    return batch;
  }

  async #refused(reason: string): Promise<void> {
    const { store, link, drawEpoch } = this.#session;
    const state = await store.loadSyncState();
    const context = { drawEpoch, nowMs: link.clock.nowMs(), reason };
    await this.#session.save(
      state,
      PUSH_TRANSITIONS[outboxStatusOf(state)].refused.apply(state, context),
    );
  }
}

/** What a server says of a batch is about its first push: that one goes out alone, and is told why. */
function isDecidedAlone(error: unknown): boolean {
  return isSyncError(error, 'version-conflict') || isRefusal(error);
}

/** How much a body of several messages may have; on a network that is slow or paid for, none. */
const MAX_BATCH_BYTES: Readonly<Record<BudgetTier, number>> = {
  floor: 0,
  normal: 4096,
  ceiling: V2_LIMITS.maxRequestBytes,
};

/** What a batch adds to each of its messages, and at most to all of them. */
const BATCH_BYTES = 8;
