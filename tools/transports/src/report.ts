import { nameOf, type Measured, type NetworkRow } from './measure.js';

const HEAD = [
  'network',
  'start',
  'HTTPS ms, p95',
  'QUIC ms, p95',
  'of HTTPS, p95',
  'HTTPS B',
  'QUIC B',
  'failed',
];

/** The rows as a table in Markdown. */
export function rowsToText(rows: readonly NetworkRow[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(HEAD) + line(HEAD.map(() => '---')) + rows.map(toCells).map(line).join('');
}

function toCells({ network, start, https, quic }: NetworkRow): readonly string[] {
  const times = ({ medianMs, p95Ms }: Measured): string =>
    `${medianMs.toFixed(0)}, ${p95Ms.toFixed(0)}`;
  const share = (quic.medianMs / https.medianMs).toFixed(2);
  return [
    nameOf(network),
    start,
    times(https),
    times(quic),
    `${share}, ${(quic.p95Ms / https.p95Ms).toFixed(2)}`,
    https.bytes.toFixed(0),
    quic.bytes.toFixed(0),
    `${https.failed}, ${quic.failed}`,
  ];
}
