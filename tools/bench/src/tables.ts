import { AVERAGED } from './averages.js';
import { unbiasedBytes, waterFillingBytes, waterFillingCosine } from './bound.js';
import type { FrameRow } from './frames/measure-frames.js';
import { markdownTable } from './markdown-table.js';
import type { Measurement } from './measure.js';
import type { Report } from './report.js';
import type { SpeedRow } from './speed.js';

/** The report as tables in Markdown. */
export function reportToText(report: Report): string {
  return [
    markdownTable(
      [
        'way',
        'B a vector',
        'bound B',
        'over',
        'cosine',
        '1st percentile',
        'recall@10',
        'encode ms',
        'decode ms',
      ],
      Object.values(report.ways)
        .flat()
        .map((row) => fidelityCells(row, report)),
    ),
    `Bound: Gaussian reverse water-filling with the shipped axes and classes (${report.bound.classBytes.toFixed(2)} B ` +
      `for the class) and the variances of these titles. At 64 B it allows a cosine of ` +
      `${waterFillingCosine(report.bound, 64).toFixed(4)}.\n`,
    markdownTable(
      ['way, each vector alone', 'encode us', 'decode us', 'encode ratio', 'decode ratio'],
      report.speed.map(speedCells),
    ),
    markdownTable(
      ['the same without JIT', 'encode us', 'decode us', 'encode ratio', 'decode ratio'],
      report.speedWithoutJit.map(speedCells),
    ),
    'Processor time, the median of rounds that take turns; the ratios are to JSON + zstd. Under a budget ' +
      'a vector is coded several times.\n',
    markdownTable(
      ['squared error of the mean of n', 'B', ...AVERAGED.map((n) => `n = ${n}`)],
      averageRows(report),
    ),
    biasText(report),
    markdownTable(
      ['close reference', 'residual energy', 'B a vector', 'cosine'],
      report.closeReferences.map(({ mode, energy, bytes, cosine }) => [
        mode,
        String(energy),
        bytes.toFixed(1),
        cosine.toFixed(4),
      ]),
    ),
    markdownTable(
      ['frame', 'B', 'at most', 'cosine', '1st percentile', 'v1 B', 'encode ratio', 'decode ratio'],
      report.frames.map(frameCells),
    ),
    'Frames of patterns that simulated viewers taught, beside v1 (JSON + zstd, exact, above its caps) ' +
      'for the same data; the ratios are of processor time.\n',
  ].join('\n');
}

function fidelityCells(row: Measurement, { bound }: Report): readonly string[] {
  const least = row.cosine > 0.9995 ? undefined : waterFillingBytes(bound, row.cosine);
  return [
    row.name,
    row.bytes.toFixed(1),
    least?.toFixed(1) ?? '',
    least === undefined ? '' : (row.bytes - least).toFixed(1),
    row.cosine.toFixed(4),
    row.cosineP1.toFixed(4),
    row.recallAt10.toFixed(3),
    row.encodeMs.toFixed(3),
    row.decodeMs.toFixed(3),
  ];
}

function speedCells(row: SpeedRow): readonly string[] {
  return [
    row.name,
    row.encodeUs.toFixed(0),
    row.decodeUs.toFixed(0),
    `${row.encodeRatio.toFixed(1)}x`,
    `${row.decodeRatio.toFixed(1)}x`,
  ];
}

function averageRows({ averages, averagedErrorBound }: Report): readonly (readonly string[])[] {
  const shown = (error: number): string => error.toFixed(5);
  const [, upload] = averages;
  return [
    ...averages.map(({ mode, bytes, errors }) => [mode, bytes.toFixed(1), ...errors.map(shown)]),
    [
      'bound of unbiased encoders',
      upload?.bytes.toFixed(1) ?? '',
      ...AVERAGED.map((n) => shown(averagedErrorBound / n)),
    ],
  ];
}

function biasText({ averages, bias, bound }: Report): string {
  const [, upload] = averages;
  const least = unbiasedBytes(bound, upload?.errors[0] ?? 1);
  return (
    `Unbiased encoders that know nothing of one another take at least ${least.toFixed(1)} B for the ` +
    `upload's error (B >= sum 1/2 log2(1 + l_i/D_i)).\n\n` +
    `Bias: the mean of ${bias.encodings} uploads of one vector is ${percent(bias.share)} of one upload's ` +
    `error away; chance leaves ${percent(bias.chance)}. Along the vector: ${percent(bias.alongShare)}.\n`
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function frameCells(row: FrameRow): readonly string[] {
  return [
    row.name,
    row.bytes.toFixed(0),
    row.maxBytes.toFixed(0),
    row.cosine.toFixed(4),
    row.cosinePercentile1.toFixed(4),
    row.v1Bytes.toFixed(0),
    row.encodeRatio.toFixed(1),
    row.decodeRatio.toFixed(1),
  ];
}
