import {
  addFactorSums,
  emptyFactorSums,
  historyClass,
  scoreTitle,
  SCORINGS,
  sumFactors,
  viewerFactors,
  type FactorSpace,
  type FactorSums,
  type Scoring,
  type TextStart,
} from '@omega-tv/federation';
import {
  meanViewersOf,
  titlesOf,
  weightsOf,
  type HeldGeneration,
  type HeldTitle,
} from '@omega-tv/compression';
import { toContentHash } from '@omega-tv/compression';
import type { World } from './viewers.js';

/** What a TV knows of titles and computes with. */
export interface TitleSpace extends FactorSpace {
  readonly generation: number;
  /** By the world's index; absent where the TV has no factors. */
  readonly titles: readonly (TitleInSpace | undefined)[];
  readonly scoring: Scoring;
  /** What each title scores with any viewer, before the match; -Infinity where there are no factors. */
  readonly popularity: Float64Array;
  readonly meanViewers: readonly Float64Array[];
}

type TitleInSpace = Pick<HeldTitle, 'count' | 'coordinates'>;

/** Makes the spaces of one catalogue. */
export class TitleSpaces {
  readonly start: TitleSpace;
  readonly #indices: ReadonlyMap<number, number>;
  readonly #made = new WeakMap<HeldGeneration, TitleSpace>();

  constructor(
    private readonly world: Pick<World, 'titleIds' | 'embeddings'>,
    textStart: TextStart,
  ) {
    const titles = world.embeddings.map((embedding) => ({
      count: 0,
      coordinates: textStart.factors(embedding),
    }));
    this.start = {
      generation: 0,
      titles,
      listed: sumFactors(titles.map(({ coordinates }) => coordinates)),
      weights: new Float64Array(titles[0]?.coordinates.length ?? 0).fill(1),
      scoring: defaultScoring(),
      popularity: popularityOf(titles, defaultScoring()),
      meanViewers: [],
    };
    this.#indices = new Map(world.titleIds.map((id, i) => [parseInt(toContentHash(id), 16), i]));
  }

  of(held: HeldGeneration | undefined): TitleSpace {
    if (held === undefined) return this.start;
    const known = this.#made.get(held);
    if (known !== undefined) return known;
    const { head, pieces } = held;
    const titles = new Array<TitleInSpace | undefined>(this.world.titleIds.length).fill(undefined);
    let listed = emptyFactorSums();
    for (const piece of pieces.values()) {
      const ofPiece = titlesOf(head, piece);
      listed = addFactorSums(listed, sumFactors(ofPiece.map(({ coordinates }) => coordinates)));
      for (const title of ofPiece) {
        const index = this.#indices.get(title.hash);
        if (index !== undefined) titles[index] = title;
      }
    }
    const scoring = SCORINGS[head.scoring] ?? defaultScoring();
    const space: TitleSpace = {
      generation: head.generation,
      titles,
      listed,
      weights: weightsOf(head),
      scoring,
      popularity: popularityOf(titles, scoring),
      meanViewers: meanViewersOf(head),
    };
    this.#made.set(held, space);
    return space;
  }
}

/** Once for each list: a logarithm a title and viewer would take longer than all else. */
function popularityOf(
  titles: readonly (TitleInSpace | undefined)[],
  scoring: Scoring,
): Float64Array {
  return Float64Array.from(titles, (title) =>
    title === undefined ? -Infinity : scoreTitle([], title, scoring),
  );
}

function defaultScoring(): Scoring {
  const [first] = SCORINGS;
  if (first === undefined) throw new RangeError('there is no way to score');
  return first;
}

/** The sums over those of the titles that have factors. */
export function sumsOf({ titles }: TitleSpace, known: Iterable<number>): FactorSums {
  const factors: Float64Array[] = [];
  for (const index of known) {
    const title = titles[index];
    if (title !== undefined) factors.push(title.coordinates);
  }
  return sumFactors(factors);
}

/** The viewer that a scoring ranks with: centred where it says so. */
export function viewerFor(
  space: TitleSpace,
  completed: FactorSums,
  scoring: Scoring,
): Float64Array {
  const x = viewerFactors(space, completed, scoring.ridge);
  if (!scoring.centred) return x;
  const mean = space.meanViewers[historyClass(completed.count)];
  return mean === undefined ? x : x.map((value, i) => value - (mean[i] ?? 0));
}

/** Scores of all titles of the world, as `scoreTitle`; -Infinity where there are no factors. */
export function scoresOf(
  { titles, popularity }: Pick<TitleSpace, 'titles' | 'popularity'>,
  viewer: Float64Array,
): Float64Array {
  return popularity.map((score, index) => {
    const coordinates = titles[index]?.coordinates;
    return coordinates === undefined ? score : score + dot(viewer, coordinates);
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
