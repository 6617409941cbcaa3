import type { ExchangeBytes } from './measure-exchanges.js';
import type { LoadReport, LoadRow } from './measure.js';
import type { UrlRow } from './measure-url.js';
import { table } from './table.js';

/** What a fleet is planned with, each of one machine's core. */
export interface UnitCosts {
  /** Processor time of a push, in milliseconds. */
  readonly emptyPushMs: number;
  /** Of each pattern that a push brings beside that. */
  readonly patternMs: number;
  readonly bareRequestMs: number;
  /** Of who asks for the newest version's number. */
  readonly pollMs: number;
  /** What the owner of a partition does of a push, all on one thread: no HTTP, no token. */
  readonly decideEmptyMs: number;
  readonly decidePatternMs: number;
  /** What a push takes in the log, each node. */
  readonly logBytesPerPush: number;
  readonly logBytesPerPattern: number;
  /** Of an evening's mix of pushes, bodies alone. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Bodies of what the product's own client asks. */
  readonly exchange: ExchangeBytes;
  /** That NATS keeps beside a delta; absent where it was not there to be measured. */
  readonly busEnvelopeBytes?: number;
  readonly diskBytesPerDevice: number;
  readonly memoryBytesPerDevice: number;
}

export function unitCostsOf({ rows, device, decision, exchange, ...rest }: LoadReport): UnitCosts {
  const find = (name: string): LoadRow | undefined => rows.find((row) => row.name.startsWith(name));
  const names = ['bare', 'empty', '10', 'evening', 'newest'];
  const [bare, empty, ten, evening, poll] = names.map(find);
  return {
    emptyPushMs: empty?.cpuMs ?? 0,
    patternMs: ((ten?.cpuMs ?? 0) - (empty?.cpuMs ?? 0)) / 10,
    bareRequestMs: bare?.cpuMs ?? 0,
    pollMs: poll?.cpuMs ?? 0,
    decideEmptyMs: decision.emptyMs,
    decidePatternMs: decision.patternMs,
    logBytesPerPush: decision.logBytesPerPush,
    logBytesPerPattern: decision.logBytesPerPattern,
    bytesUp: evening?.bytesUp ?? 0,
    bytesDown: evening?.bytesDown ?? 0,
    exchange,
    ...(rest.busEnvelopeBytes === undefined ? {} : { busEnvelopeBytes: rest.busEnvelopeBytes }),
    diskBytesPerDevice: device.diskBytes,
    memoryBytesPerDevice: device.memoryBytes,
  };
}

/** The report as tables in Markdown. */
export function reportToText(report: LoadReport): string {
  const { rows, disturbances, device, decision, exchange } = report;
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
      `${device.diskBytes.toFixed(0)} B on the disk and ${device.memoryBytes.toFixed(0)} B of memory (${device.devices} devices, compacted); a connection that says nothing ${(report.connectionBytes / 1024).toFixed(1)} KB of memory.\n`,
    `Decided in the server's process, without HTTP and tokens, a push costs ${us(decision.emptyMs)} and a pattern ${us(decision.patternMs)}; in the ` +
      `log they take ${decision.logBytesPerPush.toFixed(0)} B and ${decision.logBytesPerPattern.toFixed(0)} B.\n`,
    `A TV's push has ${exchange.pushUp.toFixed(0)} B and ${exchange.patternUp.toFixed(0)} B a pattern (of ten ${exchange.patternOfTenUp.toFixed(0)} B); its receipt ${exchange.pushDown.toFixed(0)} B, the newest version ` +
      `${exchange.snapshotBytes.toFixed(0)} B, as a diff ${exchange.diffBytes.toFixed(0)} B.\n`,
  ].join('\n');
}

function us(ms: number): string {
  return `${(ms * 1000).toFixed(0)} us`;
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
