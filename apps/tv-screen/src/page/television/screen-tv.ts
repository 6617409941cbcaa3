import type { Title } from '@omega-tv/catalogue/web';
import type { RankedTitle, SyncClient } from '@omega-tv/client';
import {
  learn,
  reconcile,
  replayHistory,
  toSample,
  type History,
  type LearnedPattern,
} from '@omega-tv/tv-agent/learning';
import { systemRandom } from '@omega-tv/types';
import type { TvParts } from './open-parts.js';
import { PROFILES, type ProfileName } from './profiles.js';

/** What lists are made of. */
export interface Knowledge {
  /** Titles that were not finished here, the likeliest to be liked first. */
  readonly ranked: readonly RankedTitle[];
  /** The finished titles that speak for each, by what the fleet learned. */
  readonly reasons: ReadonlyMap<string, readonly string[]>;
  /** All that was watched here, to the end or not. */
  readonly watched: ReadonlySet<string>;
  /** Finished, the last one first. */
  readonly finished: readonly Title[];
}

const ALL = Number.MAX_SAFE_INTEGER;

/** The TV behind the screen: what it remembers, what it learns of it, and what of it may leave. */
export class ScreenTv {
  readonly catalogue: readonly Title[];
  readonly client: SyncClient;
  readonly #history: History;
  readonly #titles: ReadonlyMap<string, Title>;
  #patterns: readonly LearnedPattern[];

  private constructor(parts: TvParts, patterns: readonly LearnedPattern[]) {
    this.catalogue = parts.catalogue;
    this.client = parts.client;
    this.#history = parts.history;
    this.#titles = titlesById(parts.catalogue);
    this.#patterns = patterns;
  }

  /** Goes on where the last page stopped, in mid-write too: the history is written first. */
  static async open(parts: TvParts, isShared: boolean): Promise<ScreenTv> {
    const { client, history, catalogue } = parts;
    const replayed = replayHistory(history.evenings(), titlesById(catalogue));
    const stored = await client.store.skillList(ALL, 'learned');
    const tv = new ScreenTv(parts, reconcile(replayed, stored));
    await tv.share(isShared);
    const counts = new Map(stored.map(({ id, sampleCount }) => [id, sampleCount]));
    const newer = tv.#patterns.filter(({ id, sampleCount }) => sampleCount > (counts.get(id) ?? 0));
    await client.store.skillStore(...newer);
    for (const { name } of PROFILES) {
      const ids = flatten(history)
        .filter(({ profile, completed }) => completed && profile === name)
        .map(({ titleId }) => titleId);
      if (ids.length > 0) await client.titlesCompleted(ids, { profile: name });
    }
    return tv;
  }

  /** A title was watched, to its end or not. */
  async watch(title: Title, completed: boolean, profile: ProfileName): Promise<void> {
    const own = this.#patterns.filter((one) => one.profile === profile);
    const learned = learn(own, toSample(title, completed), systemRandom);
    const pattern = { ...learned.pattern, profile };
    const watchedFraction = completed ? 1 : 0.1;
    const viewing = {
      titleId: title.id,
      completed,
      watchedFraction,
      patternId: pattern.id,
      profile,
    };
    await this.#history.append([viewing]);
    this.#patterns = [...this.#patterns.filter(({ id }) => id !== pattern.id), pattern];
    if (completed) await this.client.titleCompleted(title.id, { profile });
    await this.client.store.skillStore(pattern);
  }

  /** Whether what adults finish may leave; what children do never does. */
  async share(isShared: boolean): Promise<void> {
    for (const { name, isChild } of PROFILES) {
      await this.client.keepPrivate(name, isChild || !isShared);
    }
    await this.client.shareTitles(isShared);
  }

  /** Erases all that this TV remembers, learned and received. */
  async forget(): Promise<void> {
    for (const { name } of PROFILES) await this.#history.erase(name);
    this.#patterns = [];
    await this.client.forget();
    await this.share(false);
  }

  async knowledge(): Promise<Knowledge> {
    const watchings = flatten(this.#history);
    const watched = new Set(watchings.map(({ titleId }) => titleId));
    const open = (await this.client.rankTitles()).filter(
      ({ contentId }) => !watched.has(contentId),
    );
    const reasons = new Map<string, readonly string[]>();
    for (const { contentId, isCounted } of open) {
      if (isCounted) reasons.set(contentId, await this.client.reasonsFor(contentId));
    }
    const finished = watchings
      .filter(({ completed }) => completed)
      .map(({ titleId }) => this.#titles.get(titleId))
      .filter((title) => title !== undefined)
      .reverse();
    return { ranked: open, reasons, watched, finished };
  }

  title(id: string): Title | undefined {
    return this.#titles.get(id);
  }
}

/** All viewings in order; `flat` is newer than the engines of TVs. */
function flatten(history: History): ReturnType<History['evenings']>[number] {
  return history.evenings().reduce((all, evening) => all.concat(evening), []);
}

function titlesById(catalogue: readonly Title[]): ReadonlyMap<string, Title> {
  return new Map(catalogue.map((title) => [title.id, title]));
}
