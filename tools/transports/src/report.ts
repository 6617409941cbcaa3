import { nameOf, type Measured, type NetworkRow, type Spread } from './measure.js';

const HEAD = [
  'network',
  'start',
  'HTTPS ms',
  'QUIC ms',
  'of HTTPS',
  'HTTPS on the way',
  'QUIC on the way',
  'of HTTPS',
  'HTTPS B',
  'QUIC B',
  'failed',
];

/** The rows as a table in Markdown: times are median and p95, the whole ones and those of packets on their way. */
export function rowsToText(rows: readonly NetworkRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(HEAD) + line(HEAD.map(() => '---')) + rows.map(toCells).map(line).join('');
}

function toCells({ network, start, https, quic }: NetworkRow): readonly string[] {
  const compare = (which: keyof Pick<Measured, 'whole' | 'network'>): readonly string[] => {
    const [ours, theirs] = [quic[which], https[which]];
    const share = (of: keyof Spread): string => (ours[of] / theirs[of]).toFixed(2);
    return [times(theirs), times(ours), `${share('medianMs')}, ${share('p95Ms')}`];
  };
  return [
    nameOf(network),
    start,
    ...compare('whole'),
    ...compare('network'),
    https.bytes.toFixed(0),
    quic.bytes.toFixed(0),
    `${https.failed}, ${quic.failed}`,
  ];
}

function times({ medianMs, p95Ms }: Spread): string {
  return `${medianMs.toFixed(0)}, ${p95Ms.toFixed(0)}`;
}
