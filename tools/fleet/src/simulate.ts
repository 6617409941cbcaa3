import { setImmediate } from 'node:timers/promises';
import { createRandom } from '@omega-tv/seeded-random';
import type { Assumptions } from './assumptions.js';
import { Fleet } from './fleet.js';
import { Region } from './region.js';
import { Recorder, type Recorded } from './recorder.js';
import type { Scenario } from './scenarios.js';
import { Site } from './site.js';
import type { UnitCosts } from './unit-costs.js';

export interface SimulationSettings {
  readonly scenario: Scenario;
  readonly tvs: number;
  /** TVs that do the same are simulated as one: at most so many. */
  readonly cohorts: number;
  readonly seed: number;
  readonly costs: UnitCosts;
  readonly assumptions: Assumptions;
  /** Servers of each region; undefined where they are never the limit. */
  readonly servers?: readonly number[];
  readonly hasWindows: boolean;
  /** Seconds at which versions are published. Default: as the assumptions say. */
  readonly publishedAtS?: readonly number[];
  /** All TVs are new, and are switched on at the start. Default: false. */
  readonly isNew?: boolean;
  readonly signal?: AbortSignal;
  /** Told the share that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

export interface SimulationResult extends Recorded {
  readonly scenario: Scenario;
  readonly hasWindows: boolean;
  /** Milliseconds of processor time a second that each region's servers have; Infinity where unlimited. */
  readonly capacityMs: readonly number[];
}

/** Versions that were published before a simulation begins, where its TVs are not new. */
const FIRST_VERSION = 1000;
/** Simulated seconds between two looks at the signal. */
const LOOK_S = 300;

/**
 * Lets a fleet exchange, second by second.
 * @throws the signal's reason.
 */
export async function simulate(settings: SimulationSettings): Promise<SimulationResult> {
  const { scenario, assumptions, signal, isNew = false, hasWindows } = settings;
  const capacityMs = capacityOf(settings);
  const regions = createRegions(settings, capacityMs);
  const cohorts = Math.min(settings.tvs, settings.cohorts);
  const recorder = new Recorder({ scenario, regions, weight: settings.tvs / cohorts });
  const fleet = new Fleet({
    ...{ scenario, assumptions, regions, isNew, cohorts },
    weight: settings.tvs / cohorts,
    random: createRandom('fleet', scenario.name, settings.seed),
    firstVersion: isNew ? 0 : FIRST_VERSION,
    onAttempt: recorder.attempted,
  });
  recorder.watch(fleet.cohorts);
  const published = settings.publishedAtS && new Set(settings.publishedAtS);
  const isPublished = (second: number): boolean =>
    published?.has(second) ?? (second > 0 && second % assumptions.publishEveryS === 0);
  for (let second = 0; second < scenario.endS; second += 1) {
    for (const event of scenario.events) if (event.atS === second) fleet.happens(event);
    recorder.second(second);
    if (isPublished(second)) fleet.publish();
    fleet.step(second);
    regions.forEach(({ site }, i) => {
      recorder.worked(i, second, site.tick());
    });
    if (second % LOOK_S === 0) {
      settings.onProgress?.(second / scenario.endS);
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  return { scenario, hasWindows, capacityMs, ...recorder.finish() };
}

function createRegions(
  { costs, assumptions, servers, hasWindows }: SimulationSettings,
  capacityMs: readonly number[],
): readonly Region[] {
  const { cdnPops, requestTimeoutS } = assumptions;
  return capacityMs.map((capacity, i) => {
    const count = servers?.[i] ?? 1;
    const site = new Site({ capacityMs: capacity, servers: count, hasWindows, requestTimeoutS });
    return new Region(site, costs, cdnPops);
  });
}

function capacityOf({ scenario, servers, assumptions }: SimulationSettings): readonly number[] {
  const regions = 1 + Math.max(...scenario.countries.map(({ region }) => region));
  return Array.from({ length: regions }, (_, i) => {
    const count = servers?.[i];
    return count === undefined ? Infinity : 1000 * count * assumptions.coresPerServer;
  });
}
