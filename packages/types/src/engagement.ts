/** That this TV's viewers watched a title: counts, never when or how. */
export interface Engagement {
  /** Namespace and id of the title, such as `imdb:tt0095016`. */
  readonly contentId: string;
  /** Viewings since the last acknowledged push, at least 1. */
  readonly count: number;
  /** True in the one delta that reports the title's first completion. */
  readonly completed: boolean;
}

/** What a TV's viewers like, for audiences: a vector of the space, or 16 coordinates of a sketch. */
export type Taste =
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  | { readonly kind: 'sketch'; readonly coordinates: Float32Array };

/** Coordinates of a sketch. */
export const SKETCH_DIMENSION = 16;
