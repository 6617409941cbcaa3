import path from 'node:path';
import type { Title } from '@omega-tv/catalogue';
import {
  eraseProfile,
  sampleBooks,
  TitleModel,
  type PatternStore,
  type SampleBooks,
  type SyncState,
  type Whose,
} from '@omega-tv/client';
import { openLevelPatternStore } from '@omega-tv/client/node';
import { openOrSetAside, type OpenedStore } from '@omega-tv/level/node';
import type { Clock, Logger, PatternData, RandomSource } from '@omega-tv/types';
import { learn } from '../learner/learn.js';
import type { LearnedPattern } from '../learner/pattern.js';
import { DEFAULT_COUNT, recommend, type Recommendation } from '../recommender/recommend.js';
import { recommendTitles, SHORTLIST_FACTOR } from '../recommender/recommend-titles.js';
import { textStart } from '../recommender/text-start.js';
import type { Viewer, Viewing } from '@omega-tv/simulated-viewers';
import { finishForgetting } from './forget.js';
import { createMemoryHistory, type EveningRecord, type History } from './history.js';
import { openLevelHistory } from './level-history.js';
import { reconcile, replayHistory, toSample } from './replay.js';

/** More than a TV ever learns. */
const ALL = Number.MAX_SAFE_INTEGER;

export interface TelevisionOptions {
  readonly catalogue: readonly Title[];
  /** Holds the pattern store and the history, each in a folder of its own. */
  readonly directory: string;
  readonly clock: Clock;
  /** Draws the ids of new patterns. */
  readonly random: RandomSource;
  readonly logger?: Logger;
  /** False for who only reads: then a folder that cannot be used is an error. Default: true. */
  readonly recover?: boolean;
}

/** A store of a TV that could not be used as it was. */
export interface Recovery extends Pick<OpenedStore<unknown>, 'outcome' | 'setAsideTo' | 'cause'> {
  readonly part: 'patterns' | 'history';
}

/** A TV: it remembers what was watched, learns patterns from it, and recommends titles. */
export class Television {
  readonly store: PatternStore;
  readonly recovered: readonly Recovery[];
  readonly #options: TelevisionOptions;
  readonly #titles: ReadonlyMap<string, Title>;
  readonly #history: History;
  readonly #model: TitleModel;
  #patterns: readonly LearnedPattern[];

  private constructor(
    options: TelevisionOptions,
    store: OpenedStore<PatternStore>,
    history: OpenedStore<History>,
    titles: ReadonlyMap<string, Title>,
    patterns: readonly LearnedPattern[],
  ) {
    this.#options = options;
    this.store = store.store;
    this.#history = history.store;
    const opened = [
      { part: 'patterns', ...store },
      { part: 'history', ...history },
    ] as const;
    this.recovered = opened.filter(({ outcome }) => outcome !== 'opened');
    this.#titles = titles;
    this.#patterns = patterns;
    this.#model = new TitleModel(options.catalogue, textStart());
  }

  /**
   * Opens a TV's folder, created where it does not exist. Never fails for a corrupt one.
   * @throws SyncError `invalid-config` when another process uses the folder, and for any other fault where
   * `recover` is false.
   */
  static async open(options: TelevisionOptions): Promise<Television> {
    const { directory, clock, logger, recover = true } = options;
    await finishForgetting(directory);
    const care = { clock, recover, ...(logger === undefined ? {} : { logger }) };
    const store = await openLevelPatternStore({
      ...care,
      directory: path.join(directory, 'patterns'),
    });
    const history = await openOrSetAside<History>({
      ...care,
      directory: path.join(directory, 'history'),
      open: openLevelHistory,
      createInMemory: createMemoryHistory,
    });
    const titles = new Map(options.catalogue.map((title) => [title.id, title]));
    const replayed = replayHistory(history.store.evenings(), titles);
    const stored = await store.store.skillList(ALL, 'learned');
    const patterns = reconcile(replayed, stored);
    await storeNewer(store.store, patterns, stored);
    return new Television(options, store, history, titles, patterns);
  }

  /** Evenings watched so far. */
  get evenings(): number {
    return this.#history.evenings().length;
  }

  /** All that was watched, in order. */
  get watched(): EveningRecord {
    return this.#history.evenings().flat();
  }

  get patterns(): readonly PatternData[] {
    return this.#patterns;
  }

  /** What it recommends now; with `alone`, as if it had never heard of other TVs. */
  async recommend(
    options: { count?: number; alone?: boolean } = {},
  ): Promise<readonly Recommendation[]> {
    const state = await this.store.loadSyncState();
    const { catalogue, clock } = this.#options;
    const { count = DEFAULT_COUNT, alone = false } = options;
    const history = this.watched;
    const isTold = !alone && state.holdings.current !== undefined;
    const ranked = isTold ? this.#model.rank(state) : [];
    const { snapshot } = state;
    const byPatterns = recommend({
      catalogue,
      history,
      patterns: this.#patterns,
      nowMs: clock.nowMs(),
      count: ranked.length > 0 ? SHORTLIST_FACTOR * count : count,
      ...(snapshot === undefined || alone ? {} : { globals: snapshot }),
    });
    if (ranked.length === 0) return byPatterns;
    const reasonsFor = (id: string): readonly string[] => this.#model.reasonsFor(state, id);
    return recommendTitles({ catalogue, history, ranked, reasonsFor, byPatterns, count });
  }

  /** An evening in front of it: the viewer chooses, the TV remembers and learns. */
  async watchEvening(viewer: Viewer, whose: Whose = {}): Promise<readonly Viewing[]> {
    const offered = (await this.recommend()).map(({ title }) => title.id);
    const seen = new Set(this.watched.map(({ titleId }) => titleId));
    const viewings = viewer.watch({ number: this.evenings, offered, seen });
    await this.remember(viewings, whose);
    return viewings;
  }

  /** Learns viewings of one profile, one evening's, say; durable when it resolves. */
  async remember(viewings: readonly Viewing[], { profile }: Whose = {}): Promise<void> {
    const evening: EveningRecord = [];
    const changed = new Map<string, LearnedPattern>();
    const whose = profile === undefined ? {} : { profile };
    const others = this.#patterns.filter((one) => one.profile !== profile);
    let patterns = this.#patterns.filter((one) => one.profile === profile);
    for (const { titleId, completed, watchedFraction } of viewings) {
      const title = this.#titles.get(titleId);
      if (title === undefined) continue;
      const sample = toSample(title, completed);
      const learned = learn(patterns, sample, this.#options.random);
      const pattern = { ...learned.pattern, ...whose };
      patterns = [...patterns.filter(({ id }) => id !== pattern.id), pattern];
      changed.set(pattern.id, pattern);
      evening.push({ titleId, completed, watchedFraction, patternId: pattern.id, ...whose });
    }
    await this.#history.append(evening);
    this.#patterns = [...others, ...patterns];
    await this.store.skillStore(...changed.values());
  }

  /** Erases a profile: what it watched, and what was learned from it. */
  async forgetProfile(profile: string): Promise<void> {
    await this.#history.erase(profile);
    const { random } = this.#options;
    await eraseProfile(this.store, profile, () => Math.floor(random.next() * 2 ** 32));
    this.#patterns = this.#patterns.filter((one) => one.profile !== profile);
  }

  /** The title of an id, or of a name that one title alone has. */
  findTitle(text: string): Title | undefined {
    const known = this.#titles.get(text);
    if (known !== undefined) return known;
    const named = this.#options.catalogue.filter(
      ({ title }) => title.toLowerCase() === text.toLowerCase(),
    );
    return named.length === 1 ? named[0] : undefined;
  }

  /** Where each learned sample is, and the state of the exchanges. */
  async books(): Promise<{ readonly books: SampleBooks; readonly state: SyncState }> {
    const state = await this.store.loadSyncState();
    return { books: sampleBooks(state, await this.store.skillList(ALL, 'learned')), state };
  }

  async close(): Promise<void> {
    await this.#history.close();
    await this.store.close();
  }
}

async function storeNewer(
  store: PatternStore,
  patterns: readonly LearnedPattern[],
  stored: readonly PatternData[],
): Promise<void> {
  const counts = new Map(stored.map(({ id, sampleCount }) => [id, sampleCount]));
  await store.skillStore(
    ...patterns.filter(({ id, sampleCount }) => sampleCount > (counts.get(id) ?? 0)),
  );
}
