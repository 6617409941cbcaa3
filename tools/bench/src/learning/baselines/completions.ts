import type { Split } from '../trials.js';

/** Who completed what, both ways: what a data centre with all histories has. */
export interface Completions {
  readonly titleCount: number;
  /** Titles of each viewer. */
  readonly ofViewer: readonly Int32Array[];
  /** Viewers of each title. */
  readonly ofTitle: readonly Int32Array[];
}

export function collectCompletions({ learning }: Split, titleCount: number): Completions {
  const ofViewer = learning.map((likes) =>
    Int32Array.from(new Set(likes.map(({ title }) => title))),
  );
  const lists = Array.from({ length: titleCount }, (): number[] => []);
  ofViewer.forEach((titles, viewer) => {
    for (const title of titles) lists[title]?.push(viewer);
  });
  return { titleCount, ofViewer, ofTitle: lists.map((viewers) => Int32Array.from(viewers)) };
}

/** Scores all titles for a viewer who completed some. */
type Recommender = (known: readonly number[]) => Float64Array;

/** A recommender and what it is called; several settings of one kind compete. */
export interface Candidate {
  readonly name: string;
  readonly recommend: Recommender;
  /** Weights of popularity that compete beside none. */
  readonly blends?: readonly number[];
}

/** log(1 + viewers) of each title. */
export function popularity({ ofTitle }: Completions): Float64Array {
  return Float64Array.from(ofTitle, (viewers) => Math.log(1 + viewers.length));
}
