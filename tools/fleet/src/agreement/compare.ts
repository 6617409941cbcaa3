import { simulate } from '../simulate.js';
import type { UnitCosts } from '../unit-costs.js';
import { runRealFleet, type RealFleetResult } from './real-fleet.js';
import { SMALL_ASSUMPTIONS, SMALL_CASE, type AgreementFigures } from './small-case.js';

/** How far a sum of the simulation may be from the real one. */
const MOST_DIFFERENCE = 0.1;
/** How many times a p99 may be the other. */
const MOST_TIMES = 2;
/** The simulation is run so often, and its means are taken: only the real run is left to chance. */
const SEEDS = 20;

interface Comparison {
  readonly what: string;
  readonly real: number;
  readonly simulated: number;
  readonly agrees: boolean;
}

export interface Agreement {
  readonly comparisons: readonly Comparison[];
  readonly real: RealFleetResult;
}

interface AgreementSettings {
  readonly tvs: number;
  readonly costs: UnitCosts;
  readonly signal?: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

/** Runs the small case with real TVs, and simulates it. */
export async function compareWithReal(settings: AgreementSettings): Promise<Agreement> {
  const real = await runRealFleet({ ...settings, scenario: SMALL_CASE });
  const simulated = await simulateSmallCase(settings, real.publishedAtS);
  const sums = (Object.keys(real.sums) as (keyof AgreementFigures['sums'])[]).map((what) => {
    const [one, other] = [real.sums[what], simulated.sums[what]];
    return comparison(what, one, other, Math.abs(other / one - 1) <= MOST_DIFFERENCE);
  });
  const p99s = (['stalenessS', 'backS'] as const).map((what) => {
    const [one, other] = [real.p99[what], simulated.p99[what]];
    const times = Math.max(one / other, other / one);
    return comparison(`p99 of ${what}`, one, other, times <= MOST_TIMES);
  });
  return { comparisons: [...sums, ...p99s], real };
}

function comparison(what: string, real: number, simulated: number, agrees: boolean): Comparison {
  return { what, real, simulated, agrees };
}

async function simulateSmallCase(
  { tvs, costs, signal }: AgreementSettings,
  publishedAtS: readonly number[],
): Promise<AgreementFigures> {
  const runs: AgreementFigures[] = [];
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const { total, staleness, back } = await simulate({
      ...{ scenario: SMALL_CASE, tvs, cohorts: tvs, seed, costs, publishedAtS },
      ...{ assumptions: SMALL_ASSUMPTIONS, hasWindows: true, isNew: true },
      ...(signal === undefined ? {} : { signal }),
    });
    runs.push({ sums: total, p99: { stalenessS: staleness.p99, backS: back?.p99S ?? NaN } });
  }
  const mean = (of: (run: AgreementFigures) => number): number =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const names = Object.keys(runs[0]?.sums ?? {}) as (keyof AgreementFigures['sums'])[];
  return {
    sums: Object.fromEntries(
      names.map((name) => [name, mean(({ sums }) => sums[name])]),
    ) as AgreementFigures['sums'],
    p99: { stalenessS: mean(({ p99 }) => p99.stalenessS), backS: mean(({ p99 }) => p99.backS) },
  };
}
