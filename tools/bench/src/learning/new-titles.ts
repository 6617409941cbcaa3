import type { CatalogueTitle, TitleSpace } from '@omega-tv/client';
import { createRandom } from '@omega-tv/seeded-random';
import { localOnly } from './baselines/plain.js';
import { precisionsOf, viewersOf, type Measured } from './evaluate.js';
import type { SplitResult } from './learning-report.js';
import { catalogueOf, Recommender, type Recommend } from './recommend.js';
import type { Split, Trial } from './trials.js';
import type { World } from './viewers.js';

/** One title of ten is hidden from the server. */
const HIDDEN_PART = 10;
const BY_REGRESSION = 'new titles: regression from text';
const BY_TEXT = 'new titles: nearest by text';
const IF_COUNTED = 'new titles: had they been counted';

/** Titles that nobody told the server of, and what a TV makes of them. */
export class NewTitles {
  readonly #catalogue: readonly CatalogueTitle[];
  readonly #hidden: ReadonlySet<number>;
  readonly #trials: readonly Trial[];

  constructor(
    private readonly world: World,
    private readonly split: Split,
  ) {
    this.#catalogue = catalogueOf(world);
    const random = createRandom('new titles', split.index);
    const titles = world.titleIds.map((_, title) => title);
    this.#hidden = new Set(titles.filter(() => random.next() * HIDDEN_PART < 1));
    this.#trials = split.trials
      .map((trial) => ({
        ...trial,
        known: trial.known.filter((title) => !this.#hidden.has(title)),
        later: new Set([...trial.later].filter((title) => this.#hidden.has(title))),
      }))
      .filter(({ later }) => later.size > 0);
  }

  /** The split as it is where these titles are not out yet. */
  get splitWithout(): Split {
    const learning = this.split.learning.map((likes) =>
      likes.filter(({ title }) => !this.#hidden.has(title)),
    );
    return { ...this.split, learning };
  }

  /** @param space what the fleet taught without them. */
  measure(space: TitleSpace): SplitResult {
    // A title that nobody counted has no popularity.
    const byRegression = new Recommender(this.#catalogue, space).guessed(this.#hidden);
    const local = localOnly(this.world);
    return this.#result([
      this.#row(BY_REGRESSION, byRegression),
      this.#row(BY_TEXT, ({ known }) => local.recommend(known)),
    ]);
  }

  /** @param space what the fleet taught with them. */
  measureCounted(space: TitleSpace): SplitResult {
    return this.#result([this.#row(IF_COUNTED, new Recommender(this.#catalogue, space).counted)]);
  }

  #row(row: string, recommend: Recommend): Measured {
    const precisions = precisionsOf(this.#trials, (trial) =>
      recommend(trial).map((score, title) => (this.#hidden.has(title) ? score : -Infinity)),
    );
    return { row, setting: '', precisions, against: BY_REGRESSION };
  }

  #result(measured: readonly Measured[]): SplitResult {
    return { split: this.split.index, viewers: viewersOf(this.#trials), measured };
  }
}
