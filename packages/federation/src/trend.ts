import type { CohortRules } from './cohort.js';
import type { FederationConfig } from './config.js';
import type { Trend } from './state.js';
import { emptyTally } from './tally.js';

/** ISO 3166-1 reserves it for the user: no region known. */
export const ANYWHERE = 'ZZ';

export function trendRules(config: FederationConfig): CohortRules {
  return { ...config, halfLifeMs: config.trendHalfLifeMs };
}

/** The record of a region and genre, or a new one. */
export function findTrend(
  trends: ReadonlyMap<string, Trend>,
  region: string | undefined,
  genre: string,
): Trend {
  const known = region !== undefined && /^[A-Z]{2}$/.test(region) ? region : ANYWHERE;
  const id = `${known}:${genre}`;
  return trends.get(id) ?? { id, region: known, genre, tally: emptyTally() };
}
