/** Coordinates of a viewer and of a title. */
export const FACTORS = 32;

/** Classes of history length that viewers are compared within. */
export const HISTORY_CLASSES = 4;

/** Ways to score that a fleet may choose from, at most. */
export const MAX_SCORINGS = 16;

/** A viewer as its TV alone can compute it, sent with a title just completed, which it leaves out. */
export interface ViewerFactors {
  /** Of the axes that the coordinates are along; 0 is the start from texts. */
  readonly generation: number;
  /** By the number of completed titles behind the factors, 0 to 3. */
  readonly historyClass: number;
  /** 32 of them. */
  readonly coordinates: ArrayLike<number>;
}

/** A title as a server publishes it. */
export interface TitleFactors {
  readonly contentId: string;
  /** Completions, decayed. */
  readonly count: number;
  /** 32 of them, along the axes of the generation. */
  readonly coordinates: Float64Array;
}

/** What TVs compute with, as a server publishes it. */
export interface PublishedFactors {
  /** At least 1. */
  readonly generation: number;
  /** The ridge of viewers along each axis: whole powers of 2^(1/4). */
  readonly weights: Float64Array;
  /** Most completed first. */
  readonly titles: readonly TitleFactors[];
  /** The mean viewer of each history class; zeros where too few devices stand behind it. */
  readonly meanViewers: readonly Float64Array[];
  /** Index of the way to score that the fleet has chosen. */
  readonly scoring: number;
}

/** Which pieces of a server's list of titles a TV holds: it gets the others. */
export interface HeldTitles {
  readonly generation: number;
  /** Version of the list's head. */
  readonly head: number;
  /** By rising index. */
  readonly pieces: readonly HeldPiece[];
}

export interface HeldPiece {
  readonly index: number;
  readonly version: number;
}
