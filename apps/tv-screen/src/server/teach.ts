import type { Constellation } from '@omega-tv/constellation';
import { openFleet, type FleetOptions } from './simulated-fleet.js';
import type { PassingClock } from './passing-clock.js';

export interface TeachOptions extends FleetOptions {
  readonly constellation: Constellation;
  readonly clock: PassingClock;
  readonly tvs: number;
  readonly signal: AbortSignal;
  /** Told after each simulated day. */
  readonly onDay: (day: number, days: number) => void;
}

/** Simulated days; after each the server publishes. */
export const DAYS = 6;
const DAY_MS = 24 * 60 * 60 * 1000;
const EVENINGS_A_DAY = 4;

/**
 * A fleet of simulated viewers watches, and the server learns from what their TVs report.
 * @throws the signal's reason.
 */
export async function teach(options: TeachOptions): Promise<void> {
  const { constellation, clock, tvs, signal, onDay } = options;
  const fleet = await openFleet(tvs, options);
  for (let day = 1; day <= DAYS; day += 1) {
    for (const tv of fleet) {
      signal.throwIfAborted();
      await tv.watch(EVENINGS_A_DAY);
    }
    await constellation.publish();
    clock.advance(DAY_MS);
    onDay(day, DAYS);
  }
}
