import { createRandom } from '@omega-tv/seeded-random';
import { exchange, type Household } from '../household.js';
import type { FaultsMet } from '../network.js';
import type { World } from '../world.js';
import { endDay, settleAll, watchEverywhere } from './day.js';

/** The share of requests that meet a fault. */
const FAULT_RATE = 0.4;

export interface BadNetworkOutcome {
  /** TVs whose exchange succeeded all the same. */
  readonly synced: number;
  /** TVs whose exchange failed; each went on where it stood once the network worked. */
  readonly failed: number;
  readonly met: FaultsMet;
}

/** A day on which the network fails while the TVs sync, and heals in the evening. */
export async function playBadNetwork(
  world: World,
  households: readonly Household[],
): Promise<BadNetworkOutcome> {
  const { network, seed } = world;
  await watchEverywhere(households);
  network.fail(FAULT_RATE, createRandom(seed, 'network'));
  let synced = 0;
  // One after the other: which request meets which fault then follows from the seed.
  for (const household of households) if (await exchange(household)) synced += 1;
  const met = network.heal();
  await settleAll(households);
  await endDay(world);
  return { synced, failed: households.length - synced, met };
}
