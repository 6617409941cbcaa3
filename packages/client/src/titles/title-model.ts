import type { TextStart } from '@omega-tv/federation';
import { systemRandom, type RandomSource, type ViewerFactors } from '@omega-tv/types';
import type { SyncState } from '../engine/state.js';
import { tryScorings, type Hits } from './hits.js';
import { TextGuesses } from './text-guesses.js';
import { TitleSpaces, type CatalogueTitle, type TitleSpace } from './title-space.js';
import { rankingViewer, scoreOf, sumsOver, viewerWithout } from './viewer.js';

/** A title, and how likely this TV's viewer is to like it. */
export interface RankedTitle {
  readonly contentId: string;
  /** For ranking: higher is likelier. */
  readonly score: number;
  /** True where the fleet has counted it; false where its text alone speaks. */
  readonly isCounted: boolean;
}

/** What leaves the TV with a title that was completed, beside its id. */
export interface CompletionFindings {
  /** The viewer without the title; absent where too little else is known. */
  readonly viewerFactors?: ViewerFactors;
  /** Which ways to score would have found it; absent where it was not tried. */
  readonly hits?: Hits;
}

/** Completed titles that are named as reasons. */
const MAX_REASONS = 2;

/** What a TV computes of its viewer and of titles. Nothing of it leaves the TV but findings. */
export class TitleModel {
  readonly #catalogue: readonly CatalogueTitle[];
  readonly #indices: ReadonlyMap<string, number>;
  readonly #spaces: TitleSpaces;
  #guesses: TextGuesses | undefined;

  /**
   * @param catalogue all titles that the TV can play.
   * @param random draws which completions try the ways to score.
   */
  constructor(
    catalogue: readonly CatalogueTitle[],
    textStart: TextStart,
    private readonly random: RandomSource = systemRandom,
  ) {
    this.#catalogue = catalogue;
    this.#indices = new Map(catalogue.map(({ id }, index) => [id, index]));
    this.#spaces = new TitleSpaces(catalogue, textStart);
  }

  /** What is said with a title that was completed. */
  findings(state: SyncState, contentId: string): CompletionFindings {
    const space = this.#spaceOf(state);
    const completed = this.#completedIn(state);
    const title = this.#indices.get(contentId) ?? -1;
    const viewerFactors = viewerWithout(space, sumsOver(space, completed), space.titles.get(title));
    const hits = tryScorings(space, completed, title, () => this.random.next());
    return {
      ...(viewerFactors === undefined ? {} : { viewerFactors }),
      ...(hits === undefined ? {} : { hits }),
    };
  }

  /**
   * All titles of the catalogue that were not completed, the likeliest first; none where nothing was
   * completed that has factors. Where the fleet counted none of the completed titles, what their texts
   * say of them stands in.
   */
  rank(state: SyncState): readonly RankedTitle[] {
    const space = this.#spaceOf(state);
    const completed = this.#completedIn(state);
    const guesses = this.#guessesOf(space);
    const guess = guesses.isFitted ? (index: number) => guesses.factors(index) : undefined;
    const sums = sumsOver(space, completed, guess);
    if (sums.count === 0) return [];
    const viewer = rankingViewer(space, sums);
    const ranked: RankedTitle[] = [];
    this.#catalogue.forEach(({ id }, index) => {
      const counted = space.titles.get(index);
      if (state.completed.has(id) || (counted === undefined && guess === undefined)) return;
      const title = counted ?? { logCount: 0, coordinates: guesses.factors(index) };
      const score = scoreOf(viewer, title, space.scoring);
      ranked.push({
        contentId: id,
        score,
        isCounted: space.generation > 0 && counted !== undefined,
      });
    });
    return ranked.sort((a, b) => b.score - a.score);
  }

  /** The completed titles that speak most for a title: those whose factors lie along its own. */
  reasonsFor(state: SyncState, contentId: string): readonly string[] {
    const { titles } = this.#spaceOf(state);
    const title = titles.get(this.#indices.get(contentId) ?? -1);
    if (title === undefined) return [];
    const shares = this.#completedIn(state).map((index) => {
      const known = titles.get(index);
      const share = known === undefined ? 0 : scoreOf(known.coordinates, title, { popularity: 0 });
      return { id: this.#catalogue[index]?.id ?? '', share };
    });
    return shares
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share)
      .slice(0, MAX_REASONS)
      .map(({ id }) => id);
  }

  /** Completed titles of the catalogue, in the order of completion. */
  #completedIn({ completed }: SyncState): readonly number[] {
    return [...completed]
      .sort(([, a], [, b]) => a.order - b.order)
      .map(([id]) => this.#indices.get(id))
      .filter((index) => index !== undefined);
  }

  #guessesOf(space: TitleSpace): TextGuesses {
    if (this.#guesses?.isGoodFor(space) !== true) {
      this.#guesses = new TextGuesses(this.#catalogue, space);
    }
    return this.#guesses;
  }

  /** What this TV computes in: the generation that it holds, or else texts. */
  #spaceOf({ holdings: { current } }: SyncState): TitleSpace {
    return this.#spaces.of(current);
  }
}
