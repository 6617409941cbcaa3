import type { Part } from './learning-thread.js';

/** How large a world is: a fleet of a large one takes minutes. */
export type WorldSize = 'small' | 'large';

/** A part of the table, and on how many splits it is measured. */
export interface TablePart {
  readonly part: Part;
  readonly splits: Readonly<Record<WorldSize, number>>;
  /** Time that a split takes, of that of the product. */
  readonly cost: number;
  /** Measured only where everything is asked for. */
  readonly isExtra?: true;
}

/** Beyond so many completions a world is large. */
const SMALL_WORLD = 100_000;

export function sizeOf(completions: number): WorldSize {
  return completions > SMALL_WORLD ? 'large' : 'small';
}

/** In the order in which they are measured and printed: the product's own rows first. */
export const TABLE_PARTS: readonly TablePart[] = [
  { part: 'omega-tv', splits: { small: 6, large: 2 }, cost: 1 },
  { part: 'popularity', splits: { small: 6, large: 2 }, cost: 0.02 },
  { part: 'best of neighbours', splits: { small: 6, large: 2 }, cost: 0.1 },
  { part: 'best of EASE', splits: { small: 6, large: 1 }, cost: 0.4 },
  { part: 'best of exact iALS', splits: { small: 6, large: 2 }, cost: 0.3 },
  { part: 'local only (text)', splits: { small: 6, large: 2 }, cost: 0.1 },
  { part: 'five trends', splits: { small: 6, large: 2 }, cost: 0.1 },
  { part: 'k = 1', splits: { small: 6, large: 1 }, cost: 1 },
  { part: 'new titles', splits: { small: 6, large: 1 }, cost: 1 },
  { part: 'k = 5', splits: { small: 6, large: 1 }, cost: 1, isExtra: true },
  { part: 'reported at once', splits: { small: 6, large: 1 }, cost: 1, isExtra: true },
  { part: 'half of the viewers teach', splits: { small: 6, large: 1 }, cost: 0.5, isExtra: true },
  {
    part: 'a quarter of the viewers teach',
    splits: { small: 6, large: 1 },
    cost: 0.25,
    isExtra: true,
  },
];
