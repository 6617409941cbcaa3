import {
  addFactorSums,
  emptyFactorSums,
  SCORINGS,
  scoreTitle,
  sumFactors,
  type FactorSpace,
  type FactorSums,
  type Scoring,
  type TextStart,
} from '@omega-tv/federation';
import {
  meanViewersOf,
  titlesOf,
  toTitleHash,
  weightsOf,
  type HeldGeneration,
} from '@omega-tv/compression';

/** A title that this TV can play. */
export interface CatalogueTitle {
  /** Namespace and id, such as `imdb:tt0095016`. */
  readonly id: string;
  /** Of its text; about unit length. */
  readonly embedding: Float32Array;
}

/** A title with factors. */
export interface SpaceTitle {
  /** Its place in the catalogue. */
  readonly index: number;
  /** ln(1 + n), n the completions in the fleet. */
  readonly logCount: number;
  readonly coordinates: Float64Array;
}

/** What a TV knows of titles and computes with, in one generation. */
export interface TitleSpace extends FactorSpace {
  /** 0: the start from texts, which nobody has counted. */
  readonly generation: number;
  /** Those of the catalogue that have factors, by their place in it. */
  readonly titles: ReadonlyMap<number, SpaceTitle>;
  readonly scoring: Scoring;
  /** The mean viewer of each history class. */
  readonly meanViewers: readonly Float64Array[];
}

const [FIRST_SCORING = { popularity: 0.1, centred: false, ridge: 0.1 }] = SCORINGS;

/** Makes the spaces of one catalogue, each once. */
export class TitleSpaces {
  #start: TitleSpace | undefined;
  readonly #indices: ReadonlyMap<number, number>;
  readonly #made = new WeakMap<HeldGeneration, TitleSpace>();

  constructor(
    private readonly catalogue: readonly CatalogueTitle[],
    private readonly textStart: TextStart,
  ) {
    this.#indices = indicesByHash(catalogue);
  }

  /** The space of a generation that a TV holds, or holds in part; without one, that of the start. */
  of(held: HeldGeneration | undefined): TitleSpace {
    if (held === undefined) {
      this.#start ??= startSpace(this.catalogue, this.textStart);
      return this.#start;
    }
    const known = this.#made.get(held) ?? heldSpace(held, this.#indices);
    this.#made.set(held, known);
    return known;
  }
}

/** Texts alone. */
function startSpace(catalogue: readonly CatalogueTitle[], textStart: TextStart): TitleSpace {
  const titles = catalogue.map(({ embedding }, index): SpaceTitle => {
    return { index, logCount: 0, coordinates: textStart.factors(embedding) };
  });
  return {
    generation: 0,
    titles: new Map(titles.map((title) => [title.index, title])),
    listed: sumFactors(titles.map(({ coordinates }) => coordinates)),
    weights: new Float64Array(titles[0]?.coordinates.length ?? 0).fill(1),
    scoring: FIRST_SCORING,
    meanViewers: [],
  };
}

/** The titles of a catalogue by their hashes; a hash that two share names neither. */
function indicesByHash(catalogue: readonly CatalogueTitle[]): ReadonlyMap<number, number> {
  const indices = new Map<number, number>();
  const shared = new Set<number>();
  catalogue.forEach(({ id }, index) => {
    const hash = toTitleHash(id);
    if (indices.has(hash)) shared.add(hash);
    indices.set(hash, index);
  });
  for (const hash of shared) indices.delete(hash);
  return indices;
}

function heldSpace(
  { head, pieces }: HeldGeneration,
  indices: ReadonlyMap<number, number>,
): TitleSpace {
  const titles = new Map<number, SpaceTitle>();
  let listed: FactorSums = emptyFactorSums();
  for (const piece of pieces.values()) {
    const ofPiece = titlesOf(head, piece);
    listed = addFactorSums(listed, sumFactors(ofPiece.map(({ coordinates }) => coordinates)));
    for (const title of ofPiece) {
      const index = indices.get(title.hash);
      if (index === undefined) continue;
      const logCount = scoreTitle([], title, { popularity: 1 });
      titles.set(index, { index, logCount, coordinates: title.coordinates });
    }
  }
  return {
    generation: head.generation,
    titles,
    // A viewer shrinks as if the TV had the whole list: what it lacks was not completed either.
    listed: { ...listed, count: Math.max(listed.count, head.titles) },
    weights: weightsOf(head),
    scoring: SCORINGS[head.scoring] ?? FIRST_SCORING,
    meanViewers: meanViewersOf(head),
  };
}
