import type { World } from '../viewers.js';
import type { Candidate, Completions } from './completions.js';
import { ease } from './ease.js';
import { exactIals } from './exact-ials.js';
import { itemNeighbours } from './neighbours.js';
import { fiveTrends, localOnly, popularityOnly } from './plain.js';

export type BaselineName =
  | 'popularity'
  | 'best of neighbours'
  | 'best of EASE'
  | 'best of exact iALS'
  | 'local only (text)'
  | 'five trends';

/** A row of the table: of several settings the best one at each number of known titles counts. */
export interface Baseline {
  readonly name: BaselineName;
  readonly create: (world: World, completions: Completions) => readonly Candidate[];
}

const NEIGHBOUR_BLENDS = [0.05, 0.2];
const EASE_BLENDS = [0.005, 0.02, 0.1];
const IALS_BLENDS = [0.05, 0.1];

export const BASELINES: readonly Baseline[] = [
  { name: 'popularity', create: (_, completions) => [popularityOnly(completions)] },
  {
    name: 'best of neighbours',
    create: (_, completions) => blended(itemNeighbours(completions), NEIGHBOUR_BLENDS),
  },
  { name: 'best of EASE', create: (_, completions) => blended(ease(completions), EASE_BLENDS) },
  {
    name: 'best of exact iALS',
    create: (_, completions) => blended(exactIals(completions), IALS_BLENDS),
  },
  { name: 'local only (text)', create: (world) => [localOnly(world)] },
  {
    name: 'five trends',
    create: (world, completions) => [fiveTrends(completions, localOnly(world))],
  },
];

function blended(
  candidates: readonly Candidate[],
  blends: readonly number[],
): readonly Candidate[] {
  return candidates.map((candidate) => ({ ...candidate, blends }));
}
