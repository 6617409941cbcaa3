import { assume, type Assumptions } from '../src/assumptions.js';
import { COUNTRIES } from '../src/countries.js';
import { HOUR_S, type Scenario } from '../src/scenarios.js';
import { simulate, type SimulationResult, type SimulationSettings } from '../src/simulate.js';
import type { UnitCosts } from '../src/unit-costs.js';

export const costs: UnitCosts = {
  ...{ emptyPushMs: 1, patternMs: 0.5, pollMs: 0.5, decideEmptyMs: 0.3, decidePatternMs: 0.4 },
  ...{ logBytesPerPush: 300, logBytesPerPattern: 1600 },
  ...{ diskBytesPerDevice: 37, memoryBytesPerDevice: 100 },
  exchange: {
    ...{ versionDown: 13, pushUp: 30, pushDown: 54, patternUp: 110, patternOfTenUp: 93 },
    ...{ snapshotBytes: 3000, diffBytes: 1000 },
  },
};

const EUROPE = 1;

/** An hour of warm-up, half an hour of trouble in Europe from 90 minutes on, and an hour after it. */
export function troubleIn(trouble: 'down' | 'broken' | 'none'): Scenario {
  return {
    name: `test ${trouble}`,
    title: 'a test',
    countries: COUNTRIES,
    startHourUtc: 17.5,
    warmUpS: HOUR_S,
    endS: 3 * HOUR_S,
    events: [
      { kind: 'servers', atS: 1.5 * HOUR_S, region: EUROPE, trouble },
      { kind: 'servers', atS: 2 * HOUR_S, region: EUROPE, trouble: 'none' },
    ],
    overAtS: 2 * HOUR_S,
    watched: { region: EUROPE },
  };
}

/** 2,000 TVs, each simulated by itself. */
export function run(
  scenario: Scenario,
  more: Partial<Omit<SimulationSettings, 'assumptions'>> = {},
  assumptions: Partial<Assumptions> = {},
): Promise<SimulationResult> {
  return simulate({
    ...{ scenario, costs, tvs: 2000, cohorts: 2000, seed: 1, hasWindows: true },
    assumptions: assume(assumptions),
    ...more,
  });
}
