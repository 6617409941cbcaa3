import {
  fitTextRegression,
  historyClass,
  LEARNING_MODEL,
  scoreTitle,
  sumFactors,
  viewerFactors,
  withoutTitle,
  type TextExample,
  type FactorSums,
  type TextStart,
} from '@omega-tv/federation';
import type { HeldGeneration } from '@omega-tv/compression';
import type { ViewerFactors } from '@omega-tv/types';
import type { SyncState } from '../engine/state.js';
import {
  heldSpace,
  idsByHash,
  startSpace,
  type CatalogueTitle,
  type SpaceTitle,
  type TitleSpace,
} from './title-space.js';

/** A title, and how likely this TV's viewer is to like it. */
export interface RankedTitle {
  readonly contentId: string;
  /** For ranking: higher is likelier. */
  readonly score: number;
  /** True where the fleet has counted it; false where its text alone speaks. */
  readonly isCounted: boolean;
}

/** Factors of titles that the fleet has not counted, guessed from their texts. */
interface Guesses {
  readonly generation: number;
  /** How many titles it was fitted to. */
  readonly fittedTitles: number;
  readonly titles: ReadonlyMap<string, SpaceTitle>;
}

/** The regression is made anew for so many times the titles: it costs more than all else. */
const REFIT_GROWTH = 2;
/** Of fewer titles texts say nothing that helps. */
const LEAST_EXAMPLES = 16;

/** Completed titles that are named as reasons. */
const MAX_REASONS = 2;

/** What a TV computes of its viewer and of titles. Nothing of it leaves the TV but viewer factors. */
export class TitleModel {
  readonly #catalogue: readonly CatalogueTitle[];
  readonly #textStart: TextStart;
  #start: TitleSpace | undefined;
  readonly #ids: ReadonlyMap<number, string>;
  readonly #spaces = new WeakMap<HeldGeneration, TitleSpace>();
  #guesses: Guesses | undefined;

  /** @param catalogue all titles that the TV can play. */
  constructor(catalogue: readonly CatalogueTitle[], textStart: TextStart) {
    this.#catalogue = catalogue;
    this.#textStart = textStart;
    this.#ids = idsByHash(catalogue);
  }

  /** What is said of the viewer with a title just completed; undefined where too little is known. */
  viewerWithout(state: SyncState, contentId: string): ViewerFactors | undefined {
    const space = this.spaceOf(state);
    const completed = sumsOver(space.titles, state.completed.keys());
    const own = space.titles.get(contentId);
    const others = own === undefined ? completed : withoutTitle(completed, own.coordinates);
    if (others.count < LEARNING_MODEL.minHistory) return undefined;
    return {
      generation: space.generation,
      historyClass: historyClass(others.count),
      coordinates: viewerFactors(space, others),
    };
  }

  /**
   * All titles of the catalogue that were not completed, the likeliest first; none where nothing was
   * completed that has factors. Where the fleet counted none of the completed titles, what their texts
   * say of them stands in.
   */
  rank(state: SyncState): readonly RankedTitle[] {
    const space = this.spaceOf(state);
    const { scoring, meanViewers } = space;
    const guesses = this.#guessesOf(space);
    const counted = sumsOver(space.titles, state.completed.keys());
    const completed = counted.count > 0 ? counted : sumsOver(guesses, state.completed.keys());
    if (completed.count === 0) return [];
    const own = viewerFactors(space, completed, scoring.ridge);
    const mean = scoring.centred ? meanViewers[historyClass(completed.count)] : undefined;
    const viewer = own.map((value, i) => value - (mean?.[i] ?? 0));
    const ranked: RankedTitle[] = [];
    for (const { id } of this.#catalogue) {
      const counted = space.titles.get(id);
      const title = counted ?? guesses.get(id);
      if (title === undefined || state.completed.has(id)) continue;
      const isCounted = space.generation > 0 && counted !== undefined;
      ranked.push({ contentId: id, score: scoreTitle(viewer, title, scoring), isCounted });
    }
    return ranked.sort((a, b) => b.score - a.score);
  }

  /** New titles, and those beyond the list: by ridge regression from texts. */
  #guessesOf(space: TitleSpace): ReadonlyMap<string, SpaceTitle> {
    const { generation, titles } = space;
    const known = this.#guesses;
    const isGood =
      known?.generation === generation &&
      titles.size < REFIT_GROWTH * Math.max(known.fittedTitles, LEAST_EXAMPLES / REFIT_GROWTH);
    if (known !== undefined && isGood) return known.titles;
    const guesses = { generation, fittedTitles: titles.size, titles: this.#guess(space) };
    this.#guesses = guesses;
    return guesses.titles;
  }

  #guess({ titles }: TitleSpace): ReadonlyMap<string, SpaceTitle> {
    const examples: TextExample[] = [];
    for (const { id, embedding } of this.#catalogue) {
      const title = titles.get(id);
      if (title !== undefined) examples.push({ embedding, coordinates: title.coordinates });
    }
    const guesses = new Map<string, SpaceTitle>();
    const isWhole = examples.length === this.#catalogue.length;
    if (isWhole || examples.length < LEAST_EXAMPLES) return guesses;
    const regression = fitTextRegression(examples);
    for (const { id, embedding } of this.#catalogue) {
      guesses.set(id, { count: 0, coordinates: regression.factors(embedding) });
    }
    return guesses;
  }

  /** The completed titles that speak most for a title: those whose factors lie along its own. */
  reasonsFor(state: SyncState, contentId: string): readonly string[] {
    const { titles } = this.spaceOf(state);
    const title = titles.get(contentId);
    if (title === undefined) return [];
    const shares = [...state.completed.keys()].map((id) => {
      const known = titles.get(id);
      const share = known === undefined ? 0 : dot(known.coordinates, title.coordinates);
      return { id, share };
    });
    return shares
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share)
      .slice(0, MAX_REASONS)
      .map(({ id }) => id);
  }

  /** What this TV computes in: the generation that it holds, or else texts. */
  spaceOf({ holdings: { current } }: SyncState): TitleSpace {
    if (current === undefined) {
      this.#start ??= startSpace(this.#catalogue, this.#textStart);
      return this.#start;
    }
    const known = this.#spaces.get(current);
    if (known !== undefined) return known;
    const space = heldSpace(current, this.#ids);
    this.#spaces.set(current, space);
    return space;
  }
}

/** The sums over those of the titles that have factors. */
function sumsOver(titles: ReadonlyMap<string, SpaceTitle>, ids: Iterable<string>): FactorSums {
  const factors: Float64Array[] = [];
  for (const id of ids) {
    const title = titles.get(id);
    if (title !== undefined) factors.push(title.coordinates);
  }
  return sumFactors(factors);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
