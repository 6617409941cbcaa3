import type { LoadReport, LoadRow } from './measure.js';
import type { UrlRow } from './measure-url.js';

/** What a fleet is planned with, each of one machine's core. */
export interface UnitCosts {
  /** Processor time of a push, in milliseconds. */
  readonly emptyPushMs: number;
  /** Of each pattern that a push brings beside that. */
  readonly patternMs: number;
  readonly bareRequestMs: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly diskBytesPerDevice: number;
  readonly memoryBytesPerDevice: number;
}

export function unitCostsOf({ rows, device }: LoadReport): UnitCosts {
  const find = (name: string): LoadRow | undefined => rows.find((row) => row.name.startsWith(name));
  const [bare, empty, ten, evening] = ['bare', 'empty', '10', 'evening'].map(find);
  return {
    emptyPushMs: empty?.cpuMs ?? 0,
    patternMs: ((ten?.cpuMs ?? 0) - (empty?.cpuMs ?? 0)) / 10,
    bareRequestMs: bare?.cpuMs ?? 0,
    bytesUp: evening?.bytesUp ?? 0,
    bytesDown: evening?.bytesDown ?? 0,
    diskBytesPerDevice: device.diskBytes,
    memoryBytesPerDevice: device.memoryBytes,
  };
}

/** The report as tables in Markdown. */
export function reportToText(report: LoadReport): string {
  const { rows, disturbances, device } = report;
  const bareMs = rows[0]?.cpuMs ?? 1;
  const costs = unitCostsOf(report);
  return [
    table(
      [
        'pushes',
        'syncs/s',
        'server CPU us',
        'of bare',
        'p50 ms',
        'p99 ms',
        'B up',
        'B down',
        'failed',
        'counted',
      ],
      rows.map((row) => [
        row.name,
        row.syncsPerSecond.toFixed(0),
        (row.cpuMs * 1000).toFixed(0),
        (bareMs / row.cpuMs).toFixed(3),
        row.p50Ms.toFixed(1),
        row.p99Ms.toFixed(1),
        row.bytesUp.toFixed(0),
        row.bytesDown.toFixed(0),
        String(row.failed),
        `${Math.round(100 * row.applied)} %`,
      ]),
    ),
    table(
      ['p99 of honest pushes beside', 'quiet ms', 'ms', 'times'],
      disturbances.map(({ name, quietP99Ms, p99Ms }) => [
        name,
        quietP99Ms.toFixed(1),
        p99Ms.toFixed(1),
        (p99Ms / quietP99Ms).toFixed(2),
      ]),
    ),
    `A pattern costs ${(costs.patternMs * 1000).toFixed(0)} us of the server's processors. A device that pushed once, without patterns, takes ` +
      `${device.diskBytes.toFixed(0)} B on the disk and ${device.memoryBytes.toFixed(0)} B of memory (${device.devices} devices, compacted).\n`,
  ].join('\n');
}

/** What a server elsewhere answered, as a table in Markdown. */
export function urlRowsToText(rows: readonly UrlRow[]): string {
  const bare = rows[0]?.syncsPerSecond ?? 1;
  return table(
    ['pushes', 'syncs/s', 'of bare', 'p50 ms', 'p99 ms', 'B up', 'B down', 'failed'],
    rows.map((row) => [
      row.name,
      row.syncsPerSecond.toFixed(0),
      (row.syncsPerSecond / bare).toFixed(3),
      row.p50Ms.toFixed(1),
      row.p99Ms.toFixed(1),
      row.bytesUp.toFixed(0),
      row.bytesDown.toFixed(0),
      String(row.failed),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
