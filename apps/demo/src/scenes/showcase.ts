import type { Recommendation } from '@omega-tv/tv-agent';
import { countLiked, type Household } from '../household.js';

/** One TV's list at one moment. */
export interface ListMoment {
  readonly list: readonly Recommendation[];
  /** Titles on it that the simulated viewer would finish. */
  readonly liked: number;
}

export async function takeList({ television, viewer }: Household): Promise<ListMoment> {
  const list = await television.recommend();
  return { list, liked: countLiked(list, viewer) };
}
