import { exchange, type Household } from '../household.js';
import type { World } from '../world.js';
import { endDay, watchEverywhere } from './day.js';

/** So many TVs sync at once on the day of the crash. */
const SYNCING_AT_ONCE = 4;

export interface CrashOutcome {
  /** Exchanges that succeeded. */
  readonly synced: number;
  /** Exchanges that the kill broke or that found no server. */
  readonly broken: number;
}

/** A day on which the server is killed while the TVs sync, and restarted in the evening. */
export async function playCrash(
  world: World,
  households: readonly Household[],
): Promise<CrashOutcome> {
  await watchEverywhere(households);
  const third = Math.ceil(households.length / 3);
  const queue = [...households];
  let synced = 0;
  let killed: Promise<void> | undefined;
  const syncInTurn = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (await exchange(next)) synced += 1;
      if (synced >= third) killed ??= world.server.kill();
    }
  };
  await Promise.all(Array.from({ length: SYNCING_AT_ONCE }, syncInTurn));
  await (killed ?? world.server.kill());
  await world.server.start();
  await endDay(world);
  return { synced, broken: households.length - synced };
}
