import { waterFillingCosine } from './bound.js';
import type { Measurement } from './measure.js';
import type { PlotSeries } from './rate-distortion-plot.js';
import type { Report } from './report.js';

const BOUND_BYTES = [16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192];

/** The report's ways as curves and points. */
export function plotSeries({ ways, bound }: Report): readonly PlotSeries[] {
  const named = (rows: readonly Measurement[], start: string): readonly Measurement[] =>
    rows.filter(({ name }) => name.startsWith(start));
  return [
    {
      name: 'Gaussian bound',
      color: '#888888',
      line: 'dashed',
      points: BOUND_BYTES.map((bytes) => ({ bytes, cosine: waterFillingCosine(bound, bytes) })),
      label: { at: 8, side: 'left' },
    },
    {
      name: 'omega-tv download',
      color: '#0b6bcb',
      line: 'solid',
      points: ways.download,
      label: { at: 3, side: 'left' },
    },
    {
      name: 'omega-tv upload, shrunk',
      color: '#b3470c',
      line: 'solid',
      points: ways.upload,
      label: { at: 3, side: 'right' },
    },
    {
      name: 'product quantisation',
      color: '#2e7d32',
      line: 'solid',
      points: named(ways.learned, 'product'),
      label: { at: 1, side: 'right' },
    },
    {
      name: 'random rotation + grid',
      color: '#6a3fa0',
      line: 'none',
      points: named(ways.learned, 'random'),
      label: { at: 0, side: 'right' },
    },
    {
      name: 'int4',
      color: '#333333',
      line: 'none',
      points: named(ways.plain, 'int4'),
      label: { at: 0, side: 'right' },
    },
    {
      name: 'JSON + zstd, rounded',
      color: '#a1004d',
      line: 'none',
      points: named(ways.plain, 'JSON + zstd, rounded'),
      label: { at: 1, side: 'left' },
    },
  ];
}
