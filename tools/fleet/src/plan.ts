import type { Assumptions } from './assumptions.js';
import { figuresOf, type IncidentFigures } from './incident.js';
import { HOUR_S, INCIDENTS, ORDINARY_DAY } from './scenarios.js';
import { serversFor, sizeFor, type Sizing } from './sizing.js';
import { simulate, type SimulationResult, type SimulationSettings } from './simulate.js';
import type { UnitCosts } from './unit-costs.js';

export interface PlanSettings {
  readonly tvs: number;
  readonly days: number;
  readonly cohorts: number;
  readonly seed: number;
  readonly costs: UnitCosts;
  readonly assumptions: Assumptions;
  /** Names of incidents. */
  readonly incidents: readonly string[];
  readonly signal: AbortSignal;
  readonly onStage: (stage: string) => void;
}

export interface FleetPlan {
  readonly day: SimulationResult;
  readonly sizing: Sizing;
  readonly incidents: readonly SimulationResult[];
  readonly figures: readonly IncidentFigures[];
}

/** Sizes a fleet's servers for an ordinary day, then lets things happen to them. */
export async function planFleet(settings: PlanSettings): Promise<FleetPlan> {
  const { tvs, days, assumptions, onStage } = settings;
  const costs = onCluster(settings);
  const run = (
    what: string,
    more: Pick<SimulationSettings, 'scenario' | 'hasWindows' | 'servers'>,
  ) =>
    simulate({
      ...settings,
      ...more,
      costs,
      onProgress: (share) => {
        onStage(`${what}, ${Math.round(100 * share)} %`);
      },
    });
  const scenario = { ...ORDINARY_DAY, endS: ORDINARY_DAY.warmUpS + days * 24 * HOUR_S };
  const day = await run(scenario.title, { scenario, hasWindows: true });
  const servers = serversFor(day, assumptions);
  const incidents: SimulationResult[] = [];
  for (const incident of INCIDENTS) {
    if (!settings.incidents.includes(incident.name)) continue;
    for (const hasWindows of [true, false]) {
      const what = `${incident.name}, ${hasWindows ? 'with windows' : 'without'}`;
      incidents.push(await run(what, { scenario: incident, hasWindows, servers }));
    }
  }
  return {
    ...{ day, incidents },
    sizing: sizeFor(day, { tvs, costs, assumptions }),
    figures: incidents.map(figuresOf),
  };
}

/** Several servers are a cluster: a push crosses it, and is learned by another one than decides it. */
function onCluster({ costs, assumptions }: PlanSettings): UnitCosts {
  return { ...costs, emptyPushMs: costs.emptyPushMs + assumptions.clusterPushMs };
}
