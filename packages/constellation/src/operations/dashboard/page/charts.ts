import type UPlot from 'uplot';
import { byId, showBytes, showNumber } from './elements.js';
import type { Point } from './rates.js';

/** Of the script that the page loads before this one. */
declare const uPlot: typeof UPlot;

interface Line {
  readonly label: string;
  readonly read: (point: Point) => number | null;
}

interface Chart {
  /** Of the element that it is drawn in. */
  readonly id: string;
  readonly lines: readonly Line[];
  readonly show: (value: number) => string;
}

const CHARTS: readonly Chart[] = [
  {
    id: 'chart-syncs',
    lines: [
      { label: 'v2', read: ({ syncsV2 }) => syncsV2 },
      { label: 'v1', read: ({ syncsV1 }) => syncsV1 },
      { label: 'refused', read: ({ refusals }) => refusals },
    ],
    show: showNumber,
  },
  {
    id: 'chart-bytes',
    lines: [
      { label: 'received', read: ({ receivedBytes }) => receivedBytes },
      { label: 'sent', read: ({ sentBytes }) => sentBytes },
    ],
    show: showBytes,
  },
  {
    id: 'chart-latency',
    lines: [
      { label: 'p50', read: ({ p50Ms }) => p50Ms },
      { label: 'p99', read: ({ p99Ms }) => p99Ms },
    ],
    show: (ms) => `${showNumber(ms)} ms`,
  },
  {
    id: 'chart-log',
    lines: [{ label: 'entries', read: ({ logEntries }) => logEntries }],
    show: showNumber,
  },
  {
    id: 'chart-window',
    lines: [
      { label: 'from', read: ({ windowMinS }) => windowMinS },
      { label: 'to', read: ({ windowMaxS }) => windowMaxS },
    ],
    show: (seconds) => `${showNumber(seconds)} s`,
  },
];

const HEIGHT_PX = 180;

/** Draws all charts; returns what draws them again. */
export function drawCharts(): (points: readonly Point[]) => void {
  const make = () => CHARTS.map((chart) => ({ chart, plot: toPlot(chart) }));
  let drawn = make();
  let shown: readonly Point[] = [];
  const draw = (points: readonly Point[]): void => {
    shown = points;
    const times = points.map(({ timeS }) => timeS);
    for (const { chart, plot } of drawn) {
      plot.setData([times, ...chart.lines.map(({ read }) => points.map(read))]);
    }
  };
  window.addEventListener('resize', () => {
    for (const { chart, plot } of drawn) plot.setSize(sizeOf(chart));
  });
  // A legend has its colours from when it was made.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const { plot } of drawn) plot.destroy();
    drawn = make();
    draw(shown);
  });
  return draw;
}

function sizeOf({ id }: Chart) {
  return { width: byId(id).clientWidth, height: HEIGHT_PX };
}

function toPlot(chart: Chart): UPlot {
  const axis = { stroke: () => colorOf('--quiet'), grid: { stroke: () => colorOf('--line') } };
  return new uPlot(
    {
      ...sizeOf(chart),
      series: [
        {},
        ...chart.lines.map(({ label }, i) => ({
          label,
          stroke: () => colorOf(`--series-${i}`),
          width: 2,
          points: { show: false },
          value: (_plot: UPlot, value: number | null) => (value === null ? '–' : chart.show(value)),
        })),
      ],
      axes: [
        axis,
        { ...axis, size: 70, values: (_plot, values) => values.map((one) => chart.show(one)) },
      ],
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } },
    },
    [[], ...chart.lines.map(() => [])],
    byId(chart.id),
  );
}

function colorOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
