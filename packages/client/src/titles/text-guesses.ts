import { fitTextRegression, type TextExample, type TextRegression } from '@omega-tv/federation';
import { FACTORS } from '@omega-tv/types';
import type { CatalogueTitle, TitleSpace } from './title-space.js';

/** Of fewer titles texts say nothing that helps. */
const LEAST_EXAMPLES = 16;
/** The regression is made anew for so many times the titles: it costs more than all else. */
const REFIT_GROWTH = 2;

/** Factors of titles that the fleet has not counted, guessed from their texts when they are asked for. */
export class TextGuesses {
  readonly #generation: number;
  readonly #fittedTitles: number;
  readonly #regression: TextRegression | undefined;
  readonly #made = new Map<number, Float64Array>();

  constructor(
    private readonly catalogue: readonly CatalogueTitle[],
    { generation, titles }: TitleSpace,
  ) {
    const examples: TextExample[] = [];
    for (const { index, coordinates } of titles.values()) {
      const embedding = catalogue[index]?.embedding;
      if (embedding !== undefined) examples.push({ embedding, coordinates });
    }
    this.#generation = generation;
    this.#fittedTitles = examples.length;
    const isOfUse = examples.length >= LEAST_EXAMPLES && examples.length < catalogue.length;
    this.#regression = isOfUse ? fitTextRegression(examples) : undefined;
  }

  /** True where a new fit to this space would say about the same. */
  isGoodFor({ generation, titles }: TitleSpace): boolean {
    const enough = REFIT_GROWTH * Math.max(this.#fittedTitles, LEAST_EXAMPLES / REFIT_GROWTH);
    return generation === this.#generation && titles.size < enough;
  }

  /** True where texts say something. */
  get isFitted(): boolean {
    return this.#regression !== undefined;
  }

  /** @param index of the title in the catalogue. */
  factors(index: number): Float64Array {
    const known = this.#made.get(index);
    if (known !== undefined) return known;
    const embedding = this.catalogue[index]?.embedding ?? [];
    const guess = this.#regression?.factors(embedding) ?? new Float64Array(FACTORS);
    this.#made.set(index, guess);
    return guess;
  }
}
