import { REGIONS } from './countries.js';
import { regionOf } from './incident.js';
import { drawPlot, type PlotLine } from './plot.js';
import { BIN_S } from './recorder.js';
import { HOUR_S, MINUTE_S } from './scenarios.js';
import type { SimulationResult } from './simulate.js';

const COLORS = ['#1b6ca8', '#c8553d', '#3a7d44'] as const;
/** Bins of a day that are drawn as one point. */
const DAY_BINS = 30;

/** A day's exchanges a second, by region. */
export function drawDay(day: SimulationResult, tvs: string): string {
  const { scenario, series } = day;
  return drawPlot({
    title: `Exchanges of ${tvs} TVs on ${scenario.title}`,
    xLabel: 'hour, UTC',
    yLabel: 'exchanges a second',
    lines: series.map(({ attempts }, region) => ({
      name: REGIONS[region] ?? '',
      color: COLORS[region % COLORS.length] ?? '#222',
      points: pointsOf(attempts, DAY_BINS, scenario.warmUpS, 0).map(
        ([atS, rate]) => [scenario.startHourUtc + atS / HOUR_S, rate] as const,
      ),
    })),
  });
}

/** What the region that was hit was asked, with windows and without. */
export function drawIncident(results: readonly SimulationResult[]): string {
  const [first] = results;
  if (first === undefined) return '';
  const { scenario } = first;
  const zeroS = scenario.events[0]?.atS ?? 0;
  return drawPlot({
    title: capital(scenario.title),
    xLabel: 'minutes',
    yLabel: `exchanges tried a second, ${REGIONS[regionOf(first)] ?? ''}`,
    lines: results.map((result) =>
      toLine(result, result.series[regionOf(result)]?.attempts ?? [], zeroS),
    ),
    marks: scenario.events.map(({ atS, kind }) => ({
      x: (atS - zeroS) / MINUTE_S,
      text: kind === 'servers' && atS === scenario.overAtS ? 'over' : MARKS[kind],
    })),
  });
}

/** How old what TVs hold is, with windows and without. */
export function drawStaleness(results: readonly SimulationResult[]): string {
  const zeroS = results[0]?.scenario.events[0]?.atS ?? 0;
  return drawPlot({
    title: `Age of what TVs hold: ${results[0]?.scenario.title ?? ''}`,
    xLabel: 'minutes',
    yLabel: 'minutes, p99 of the TVs that are on',
    lines: results.map(({ hasWindows, stalenessOverTime }) => ({
      ...lookOf(hasWindows),
      points: stalenessOverTime.map(
        ({ atS, p99 }) => [(atS - zeroS) / MINUTE_S, p99 / MINUTE_S] as const,
      ),
    })),
  });
}

const MARKS = {
  'power-out': 'out',
  'power-back': 'back',
  'everybody-on': 'on',
  servers: 'out',
  'cdn-flush': 'flush',
} as const;

function toLine(
  { scenario, hasWindows }: SimulationResult,
  rates: readonly number[],
  zeroS: number,
): PlotLine {
  const points = pointsOf(rates, 1, scenario.warmUpS, zeroS);
  return {
    ...lookOf(hasWindows),
    points: points.map(([atS, rate]) => [atS / MINUTE_S, rate] as const),
  };
}

function lookOf(hasWindows: boolean): Pick<PlotLine, 'name' | 'color' | 'isDashed'> {
  return hasWindows
    ? { name: 'with windows', color: COLORS[0] }
    : { name: 'without', color: COLORS[1], isDashed: true };
}

/** Means of so many bins each: seconds since `zeroS`, and the rate. */
function pointsOf(
  rates: readonly number[],
  bins: number,
  fromS: number,
  zeroS: number,
): readonly (readonly [atS: number, rate: number])[] {
  const points: (readonly [number, number])[] = [];
  for (let bin = Math.floor(fromS / BIN_S); bin + bins <= rates.length; bin += bins) {
    const mean = rates.slice(bin, bin + bins).reduce((sum, rate) => sum + rate, 0) / bins;
    points.push([bin * BIN_S - zeroS, mean]);
  }
  return points;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
