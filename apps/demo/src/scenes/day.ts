import { exchange, tellCompleted, type Household } from '../household.js';
import type { World } from '../world.js';

/** One simulated day: every viewer watches, every TV syncs, the server publishes. */
export async function playDay(world: World, households: readonly Household[]): Promise<number> {
  await watchEverywhere(households);
  await Promise.all(households.map(exchange));
  return endDay(world);
}

/** Afternoon and evening, one to four titles each. */
const SITTINGS_A_DAY = 2;
/** More failures in a row mean that the server does not run. */
const MAX_TRIES = 5;

export async function watchEverywhere(households: readonly Household[]): Promise<void> {
  for (const household of households) {
    const { television, viewer } = household;
    for (let part = 0; part < SITTINGS_A_DAY; part += 1) {
      await tellCompleted(household, await television.watchEvening(viewer));
    }
  }
}

/** Resolves with the version that the TVs find in the morning. */
export async function endDay({ clock, server }: World): Promise<number> {
  clock.advanceDay();
  return server.publish();
}

/** Exchanges until no TV has anything left to push. */
export async function settleAll(households: readonly Household[]): Promise<void> {
  for (const household of households) {
    let tries = 1;
    while (!(await exchange(household))) {
      if (tries >= MAX_TRIES) throw new Error(`${household.deviceId} cannot sync`);
      tries += 1;
    }
  }
}
