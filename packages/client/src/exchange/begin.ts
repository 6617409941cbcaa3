import { isPublishedId, type PushedPattern } from '@omega-tv/types';
import type { EncodedDelta } from '@omega-tv/compression';
import { copiesMerged } from '../choose/copies.js';
import { orderByTeaching } from '../choose/order.js';
import { pendingPatterns, repeatedPatterns } from '../choose/pending.js';
import { MAX_BEGUN_PATTERNS, MAX_DELTA_PATTERNS } from '../engine/bounds.js';
import { countsByOf, pushBegun } from '../engine/outbox.js';
import type { LearnedPattern, OutboxItem, SyncState } from '../engine/state.js';
import { dueReports, withoutPrivateTitles, withReports } from '../titles/completions.js';
import type { Messages } from './messages.js';
import { isRefusal, type Session } from './session.js';

/** How many patterns one exchange looks at. */
const MAX_LISTED_SKILLS = 1024;

/** Begins pushes of what a TV learned: each is durable before it goes out. */
export class PushBegin {
  constructor(
    private readonly session: Session,
    private readonly messages: Messages,
  ) {}

  /** True where something waits to be said, begun or not. */
  async hasMore(): Promise<boolean> {
    const { store, link } = this.session;
    const state = await store.loadSyncState();
    if (state.outbox.length > 0) return true;
    if (dueReports(state, link.clock.nowMs()).length > 0) return true;
    const learned = await this.#learned();
    return (
      repeatedPatterns(state, learned).length > 0 || pendingPatterns(state, learned).length > 0
    );
  }

  /** The pushes that wait, or else new ones: at most so many. */
  async begin(mostItems: (state: SyncState) => number): Promise<SyncState> {
    const loaded = await this.session.store.loadSyncState();
    if (loaded.outbox.length > 0) return loaded;
    const learned = await this.#learned();
    let state = copiesMerged(loaded, learned);
    const repeated = repeatedPatterns(state, learned);
    const isRepeat = repeated.length > 0;
    let left = isRepeat ? repeated : this.#ordered(state, learned);
    const most = mostItems(state);
    const all = left.length;
    while (
      left.length > 0 &&
      state.outbox.length < most &&
      all - left.length < MAX_BEGUN_PATTERNS
    ) {
      state = await this.#fit(state, left.slice(0, MAX_DELTA_PATTERNS), isRepeat);
      left = left.slice(state.outbox[state.outbox.length - 1]?.patterns.length ?? 1);
    }
    return this.session.save(loaded, this.#reportsBegun(state, most));
  }

  /**
   * Titles that were completed go out one a push, each with the viewer as it is without it, and only
   * to a server that takes them: another one would acknowledge and forget what is said once.
   */
  #reportsBegun(before: SyncState, most: number): SyncState {
    const { link, drawEpoch, titles } = this.session;
    const isTaken = before.server?.capabilities.includes('titles') === true;
    if (countsByOf(before, link.format.protocolVersion) !== 'position' || !isTaken) return before;
    const nowMs = link.clock.nowMs();
    let state = before;
    for (const contentId of dueReports(before, nowMs)) {
      if (state.outbox.length >= most) break;
      const report = { contentId, ...titles?.findings(withoutPrivateTitles(state), contentId) };
      const item: OutboxItem = { countsBy: 'position', begunAtMs: nowMs, patterns: [], report };
      state = withReports(pushBegun(state, item, drawEpoch), [item], 'begun');
    }
    return state;
  }

  #ordered(state: SyncState, learned: readonly LearnedPattern[]): readonly PushedPattern[] {
    const published = this.session.held.snapshot?.patterns ?? [];
    return orderByTeaching(pendingPatterns(state, learned), published);
  }

  /** Of what was learned, nothing that came from the server. */
  async #learned(): Promise<readonly LearnedPattern[]> {
    const listed = await this.session.store.skillList(MAX_LISTED_SKILLS, 'learned');
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
    const { link, drawEpoch } = this.session;
    const countsBy = isRepeat ? 'marks' : countsByOf(state, link.format.protocolVersion);
    const repeats = isRepeat ? ({ isRepeat } as const) : {};
    const begunAtMs = link.clock.nowMs();
    const begun = pushBegun(state, { countsBy, begunAtMs, patterns, ...repeats }, drawEpoch);
    const before = begun.outbox.slice(0, -1);
    const [whole = { countsBy, patterns }] = begun.outbox.slice(-1);
    const withPart = (part: readonly PushedPattern[], encoded?: EncodedDelta): SyncState => {
      const item = { ...whole, patterns: part };
      if (encoded !== undefined) this.messages.remember(item, encoded);
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
}
