import { REGIONS } from './countries.js';
import { meanOf, peakOf } from './sizing.js';
import type { SimulationResult } from './simulate.js';

/** What an incident did to the region that it hit. */
export interface IncidentFigures {
  readonly name: string;
  readonly title: string;
  readonly region: string;
  readonly hasWindows: boolean;
  /** Exchanges tried a second: the highest ten seconds, beside the mean before it happened. */
  readonly peak: number;
  readonly peakOverMean: number;
  /** The same after what happened is over. */
  readonly peakAfterOverMean: number;
  /** Of the processors that the region has, in the highest ten seconds; 1 is all. */
  readonly peakUse: number;
  readonly failures: number;
  readonly shed: number;
  readonly originFetches: number;
  readonly back: SimulationResult['back'];
  readonly staleness: SimulationResult['staleness'];
  /** Patterns learned less those acknowledged and those that wait. */
  readonly lost: number;
  readonly waiting: number;
}

/** The region that is watched. */
export function regionOf({ scenario }: SimulationResult): number {
  const { country, region } = scenario.watched ?? {};
  return region ?? scenario.countries[country ?? 0]?.region ?? 0;
}

export function figuresOf(result: SimulationResult): IncidentFigures {
  const { scenario, series, total, books, capacityMs, back, staleness, hasWindows } = result;
  const region = regionOf(result);
  const { attempts = [], workMs = [] } = series[region] ?? {};
  const firstS = scenario.events[0]?.atS ?? scenario.warmUpS;
  const mean = meanOf(attempts, result, firstS);
  const peak = peakOf(attempts, result, firstS);
  return {
    ...{ name: scenario.name, title: scenario.title, hasWindows, peak, staleness, back },
    region: REGIONS[region] ?? '',
    peakOverMean: peak / mean,
    peakAfterOverMean: peakOf(attempts, result, scenario.overAtS ?? firstS) / mean,
    peakUse: peakOf(workMs, result, firstS) / (capacityMs[region] ?? Infinity),
    failures: total.failures,
    shed: total.shed,
    originFetches: total.originFetches,
    lost: books.learned - books.acknowledged - books.waiting,
    waiting: books.waiting,
  };
}
