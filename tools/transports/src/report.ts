import type { IdleRow } from './idle/measure-idle.js';
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

const IDLE_HEAD = [
  'way',
  'connections',
  'KB each',
  'CPU ms to connect',
  'CPU ms an exchange more',
  'CPU ms a second, idle',
  'failed',
];

/** What kept connections cost a server, as a table in Markdown. */
export function idleToText(rows: readonly IdleRow[]): string {
  const cells = rows.map((row) => [
    row.way,
    String(row.connections),
    (row.bytesEach / 1024).toFixed(1),
    row.connectCpuMs.toFixed(2),
    row.exchangeCpuMs.toFixed(2),
    row.idleCpuMsPerS.toFixed(1),
    String(row.failed),
  ]);
  return table([IDLE_HEAD, IDLE_HEAD.map(() => '---'), ...cells]);
}

/** The rows as a table in Markdown: times are median and p95, the whole ones and those of packets on their way. */
export function rowsToText(rows: readonly NetworkRow[]): string {
  return table([HEAD, HEAD.map(() => '---'), ...rows.map(toCells)]);
}

function table(lines: readonly (readonly string[])[]): string {
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
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
