import { isSyncError, SyncError } from '@omega-tv/types';
import { receiveTitles } from '@omega-tv/compression';
import type { SyncAnswer } from '@omega-tv/protocol';
import { answerAdopted, type Adopted, type AnswerSigns } from '../engine/adopt.js';
import { PUSH_EVENTS, type PushEvent } from '../engine/events.js';
import type { DrawEpoch, OutboxItem, SyncState } from '../engine/state.js';
import { PUSH_TRANSITIONS } from '../engine/transition.js';
import { standingOf, type SyncStanding } from '../standing/standing.js';
import type { PatternStore } from '../store/pattern-store.js';
import type { TitleModel } from '../titles/title-model.js';
import { frameOf, type HeldSnapshot } from './held-snapshot.js';
import type { Link } from './link.js';
import { storeError } from './store-error.js';

/** Takes answers over into the store: one atomic write each. */
export class Session {
  /** How often the server turned out to be another one than before, in the exchange under way. */
  #replaced = 0;
  /** How often pushes had to go out in a new epoch. */
  #reopened = 0;
  /** The last write failed. */
  #isStoreBroken = false;

  constructor(
    readonly store: PatternStore,
    readonly link: Link,
    readonly held: HeldSnapshot,
    readonly drawEpoch: DrawEpoch,
    /** Absent where the host names no titles: then none is reported. */
    readonly titles?: TitleModel,
  ) {}

  /** Begins an exchange. */
  begin(): void {
    this.#replaced = 0;
    this.#reopened = 0;
  }

  /**
   * Writes a state, where it is another one. A store that fails is logged once, until it works again.
   * @throws SyncError `serialization`, retryable, where it cannot be written.
   */
  async save(before: SyncState, state: SyncState): Promise<SyncState> {
    if (state === before) return state;
    try {
      await this.store.saveSyncState(state);
    } catch (cause) {
      const error = storeError(cause);
      if (!this.#isStoreBroken) this.link.logger.error({}, error.message);
      this.#isStoreBroken = true;
      throw error;
    }
    if (this.#isStoreBroken) this.link.logger.info({}, 'the store can be written again');
    this.#isStoreBroken = false;
    return state;
  }

  /** What waits here, and what is spoken. */
  async standing(): Promise<SyncStanding> {
    const learned = await this.store.skillList(Number.MAX_SAFE_INTEGER, 'learned');
    const state = await this.store.loadSyncState();
    return standingOf(state, learned, this.link.format.protocolVersion);
  }

  /** Changes the state, where that makes another one. */
  async change(change: (state: SyncState) => SyncState): Promise<void> {
    const before = await this.store.loadSyncState();
    await this.save(before, change(before));
  }

  /** Acknowledgement, snapshot and version in one step; the receipt counts without a snapshot too. */
  async adopt(answer: SyncAnswer, items: readonly OutboxItem[] = []): Promise<Adopted> {
    const before = await this.store.loadSyncState();
    const signs = this.#signsOf(answer, before);
    const context = { drawEpoch: this.drawEpoch, nowMs: this.link.clock.nowMs() };
    const adopted = answerAdopted(before, items, signs, context);
    if (adopted.pushes.includes('unclear')) throw otherReceipt(answer, items[0]);
    await this.save(before, adopted.state);
    this.held.follow(adopted.state, answer.snapshot);
    this.#noteServer(adopted);
    this.#notePushes(adopted);
    return adopted;
  }

  #signsOf(answer: SyncAnswer, before: SyncState): AnswerSigns {
    const { globalPatterns, snapshot, snapshotError, receipt, capabilities, current } = answer;
    if (snapshotError !== undefined) {
      this.link.logger.warn({ err: snapshotError }, 'the snapshot of the answer cannot be used');
    }
    const { snapshot: held } = this.held;
    const newest = current?.version ?? globalPatterns?.version;
    const isRewritten = held?.version === current?.version && held?.hash !== current?.hash;
    return {
      hasLostVersions: (newest !== undefined && newest < before.lastVersion) || isRewritten,
      dropsFrame: snapshotError !== undefined,
      ...this.#titlesOf(answer, before),
      ...(receipt === undefined ? {} : { receipt }),
      ...(capabilities === undefined ? {} : { capabilities }),
      ...(globalPatterns === undefined ? {} : { globals: globalPatterns, ...frameOf(snapshot) }),
    };
  }

  /** Titles that cannot be read are asked for again; the rest of the answer counts. */
  #titlesOf({ titles }: SyncAnswer, { holdings }: SyncState): Pick<AnswerSigns, 'holdings'> {
    if (titles === undefined) return {};
    try {
      return { holdings: receiveTitles(holdings, titles) };
    } catch (err) {
      if (!isSyncError(err)) throw err;
      this.link.logger.warn({ err }, 'the titles of the answer cannot be used');
      return { holdings: {} };
    }
  }

  /** Two servers that answer in turns would be followed for ever: one change an exchange is all. */
  #noteServer({ server }: Adopted): void {
    if (server === 'met' || server === 'same') return;
    this.link.logger.warn({ server }, 'the server lacks what it had acknowledged');
    this.#replaced += 1;
    if (this.#replaced === 1) return;
    throw goesOnLater('Two servers answer in turns at this URL, or one that was just put back');
  }

  #notePushes({ pushes }: Adopted): void {
    const isReopened = pushes.some((push) => REOPENING.includes(push));
    if (!isReopened) return;
    this.#reopened += 1;
    if (this.#reopened > MAX_REOPENED) throw goesOnLater('The server decides none of the pushes');
  }
}

const REOPENING: readonly PushEvent[] = PUSH_EVENTS.filter(
  (event) => PUSH_TRANSITIONS.waiting[event].reopens,
);
const MAX_REOPENED = 4;

function goesOnLater(what: string): SyncError<'protocol'> {
  const message = `${what}; the exchange goes on later`;
  return new SyncError('protocol', message, { path: 'receipt' }, { retryable: true });
}

function otherReceipt(
  { receipt }: SyncAnswer,
  item: OutboxItem | undefined,
): SyncError<'protocol'> {
  return new SyncError(
    'protocol',
    `The receipt is for delta ${receipt?.lastSeq ?? 0} (${receipt?.digest ?? ''}), but ${item?.position?.seq ?? 0} was sent`,
    { path: 'receipt' },
    { retryable: true },
  );
}

/**
 * Refused for what a pattern says: sending it again can only be refused again. A body that arrived
 * damaged, or an envelope that is wrong, is no fault of the patterns.
 */
export function isRefusal(error: unknown): error is SyncError {
  if (!isSyncError(error) || error.retryable) return false;
  return error.code === 'invalid-pattern' || error.code === 'compression-limit';
}
