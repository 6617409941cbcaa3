import {
  addFactorSums,
  emptyFactorSums,
  SCORINGS,
  sumFactors,
  type FactorSpace,
  type FactorSums,
  type Scoring,
  type TextStart,
} from '@omega-tv/federation';
import {
  meanViewersOf,
  titlesOf,
  toContentHash,
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
  /** Completions in the fleet. */
  readonly count: number;
  readonly coordinates: Float64Array;
}

/** What a TV knows of titles and computes with, in one generation. */
export interface TitleSpace extends FactorSpace {
  readonly generation: number;
  /** By content id: those of the catalogue that have factors. */
  readonly titles: ReadonlyMap<string, SpaceTitle>;
  readonly scoring: Scoring;
  /** The mean viewer of each history class. */
  readonly meanViewers: readonly Float64Array[];
}

const [FIRST_SCORING = { popularity: 0.1, centred: false, ridge: 0.03 }] = SCORINGS;

/** The space that a fleet starts in: texts alone. */
export function startSpace(catalogue: readonly CatalogueTitle[], textStart: TextStart): TitleSpace {
  const titles = new Map(
    catalogue.map(({ id, embedding }) => [
      id,
      { count: 0, coordinates: textStart.factors(embedding) },
    ]),
  );
  const factors = [...titles.values()].map(({ coordinates }) => coordinates);
  return {
    generation: 0,
    titles,
    listed: sumFactors(factors),
    weights: new Float64Array(factors[0]?.length ?? 0).fill(1),
    scoring: FIRST_SCORING,
    meanViewers: [],
  };
}

/** The content ids of a catalogue by their hashes; a hash that two share names neither. */
export function idsByHash(catalogue: readonly CatalogueTitle[]): ReadonlyMap<number, string> {
  const ids = new Map<number, string>();
  const shared = new Set<number>();
  for (const { id } of catalogue) {
    const hash = parseInt(toContentHash(id), 16);
    if (ids.has(hash)) shared.add(hash);
    ids.set(hash, id);
  }
  for (const hash of shared) ids.delete(hash);
  return ids;
}

/** The space of a generation that a TV holds, or holds in part. */
export function heldSpace(
  { head, pieces }: HeldGeneration,
  ids: ReadonlyMap<number, string>,
): TitleSpace {
  const titles = new Map<string, SpaceTitle>();
  let listed: FactorSums = emptyFactorSums();
  for (const piece of pieces.values()) {
    const ofPiece = titlesOf(head, piece);
    listed = addFactorSums(listed, sumFactors(ofPiece.map(({ coordinates }) => coordinates)));
    for (const title of ofPiece) {
      const id = ids.get(title.hash);
      if (id !== undefined) titles.set(id, title);
    }
  }
  return {
    generation: head.generation,
    titles,
    listed,
    weights: weightsOf(head),
    scoring: SCORINGS[head.scoring] ?? FIRST_SCORING,
    meanViewers: meanViewersOf(head),
  };
}
