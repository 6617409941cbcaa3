import type { World } from '../viewers.js';
import type { Candidate, Completions } from './completions.js';
import { ease } from './ease.js';
import { exactIals } from './exact-ials.js';
import { itemNeighbours } from './neighbours.js';
import { fiveTrends, localOnly, popularityOnly } from './plain.js';

/** A row of the table: of several settings the best one at each number of known titles counts. */
export interface Baseline {
  readonly name: string;
  readonly create: () => readonly Candidate[];
}

const NEIGHBOUR_BLENDS = [0.05, 0.2];
const EASE_BLENDS = [0.005, 0.02, 0.1];
const IALS_BLENDS = [0.05, 0.1];

export function baselinesOf(world: World, completions: Completions): readonly Baseline[] {
  const local = localOnly(world);
  const blended = (candidates: readonly Candidate[], blends: readonly number[]) =>
    candidates.map((candidate) => ({ ...candidate, blends }));
  return [
    { name: 'local only (text)', create: () => [local] },
    { name: 'five trends', create: () => [fiveTrends(completions, local)] },
    { name: 'popularity', create: () => [popularityOnly(completions)] },
    {
      name: 'best of neighbours',
      create: () => blended(itemNeighbours(completions), NEIGHBOUR_BLENDS),
    },
    { name: 'best of EASE', create: () => blended(ease(completions), EASE_BLENDS) },
    { name: 'best of exact iALS', create: () => blended([exactIals(completions)], IALS_BLENDS) },
  ];
}
