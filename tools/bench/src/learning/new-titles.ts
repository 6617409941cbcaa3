import { fitTextRegression } from '@omega-tv/federation';
import { createRandom } from '@omega-tv/seeded-random';
import { localOnly } from './baselines/plain.js';
import { precisionsOf, viewersOf, type Measured } from './evaluate.js';
import type { SplitResult } from './learning-report.js';
import { scoresOf, sumsOf, viewerFor, type TitleSpace } from './title-space.js';
import type { Split, Trial } from './trials.js';
import type { World } from './viewers.js';

/** One title of ten is hidden from the server. */
const HIDDEN_PART = 10;
const BY_REGRESSION = 'new titles: regression from text';
const BY_TEXT = 'new titles: nearest by text';
const IF_COUNTED = 'new titles: had they been counted';

/** Titles that nobody told the server of, and what a TV makes of them. */
export class NewTitles {
  readonly #hidden: ReadonlySet<number>;
  readonly #trials: readonly Trial[];

  constructor(
    private readonly world: World,
    private readonly split: Split,
  ) {
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
    const regression = fitTextRegression(
      space.titles.flatMap((title, i) => {
        const embedding = this.world.embeddings[i];
        return title === undefined || embedding === undefined
          ? []
          : [{ embedding, coordinates: title.coordinates }];
      }),
    );
    const guesses = this.world.embeddings.map((embedding, title) =>
      this.#hidden.has(title)
        ? { count: 0, coordinates: regression.factors(embedding) }
        : undefined,
    );
    // A title that nobody counted has no popularity.
    const guessed = { titles: guesses, popularity: new Float64Array(guesses.length) };
    const local = localOnly(this.world);
    return this.#result([
      this.#row(BY_REGRESSION, (trial) => scoresOf(guessed, viewerOf(space, trial))),
      this.#row(BY_TEXT, ({ known }) => local.recommend(known)),
    ]);
  }

  /** @param space what the fleet taught with them. */
  measureCounted(space: TitleSpace): SplitResult {
    const scoresFor = (trial: Trial) => scoresOf(space, viewerOf(space, trial));
    return this.#result([this.#row(IF_COUNTED, scoresFor)]);
  }

  #row(row: string, scoresFor: (trial: Trial) => Float64Array): Measured {
    const precisions = precisionsOf(this.#trials, (trial) =>
      scoresFor(trial).map((score, title) => (this.#hidden.has(title) ? score : -Infinity)),
    );
    return { row, setting: '', precisions, against: BY_REGRESSION };
  }

  #result(measured: readonly Measured[]): SplitResult {
    return { split: this.split.index, viewers: viewersOf(this.#trials), measured };
  }
}

function viewerOf(space: TitleSpace, { known }: Trial): Float64Array {
  return viewerFor(space, sumsOf(space, known), space.scoring);
}
