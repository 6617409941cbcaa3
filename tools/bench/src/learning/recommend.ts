import {
  rankingViewer,
  scoreOf,
  sumsOver,
  TextGuesses,
  type CatalogueTitle,
  type TitleSpace,
} from '@omega-tv/client';
import type { Trial } from './trials.js';
import type { World } from './viewers.js';

/** Scores of all titles of the world, -Infinity where one cannot be recommended. */
export type Recommend = (trial: Pick<Trial, 'known'>) => Float64Array;

export function catalogueOf({ titleIds, embeddings }: World): readonly CatalogueTitle[] {
  return titleIds.map((id, i) => ({ id, embedding: embeddings[i] ?? new Float32Array() }));
}

/** What a TV with this space recommends, as the client's `TitleModel` does. */
export class Recommender {
  readonly #guesses: TextGuesses;
  readonly #guess: ((index: number) => Float64Array) | undefined;
  readonly #titleCount: number;

  constructor(
    catalogue: readonly CatalogueTitle[],
    private readonly space: TitleSpace,
  ) {
    this.#guesses = new TextGuesses(catalogue, space);
    this.#guess = this.#guesses.isFitted
      ? (index: number) => this.#guesses.factors(index)
      : undefined;
    this.#titleCount = catalogue.length;
  }

  /** Titles that the fleet counted. */
  readonly counted: Recommend = ({ known }) => {
    const viewer = this.#viewer(known);
    const scores = new Float64Array(this.#titleCount).fill(-Infinity);
    for (const title of this.space.titles.values()) {
      scores[title.index] = scoreOf(viewer, title, this.space.scoring);
    }
    return scores;
  };

  /** These titles alone, by what their texts say. */
  guessed(titles: Iterable<number>): Recommend {
    const guesses = Array.from(titles, (index) => ({
      index,
      logCount: 0,
      coordinates: this.#guesses.factors(index),
    }));
    return ({ known }) => {
      const viewer = this.#viewer(known);
      const scores = new Float64Array(this.#titleCount).fill(-Infinity);
      for (const title of guesses) scores[title.index] = scoreOf(viewer, title, this.space.scoring);
      return scores;
    };
  }

  #viewer(known: readonly number[]): Float64Array {
    return rankingViewer(this.space, sumsOver(this.space, known, this.#guess));
  }
}
