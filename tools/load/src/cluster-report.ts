import type { ClusterReport } from './measure-cluster.js';
import { ENVELOPE_DELTAS } from './measure-envelope.js';
import { table } from './table.js';

/** The report on clusters as tables in Markdown. */
export function clusterReportToText({ rows, growth, envelopeBytes }: ClusterReport): string {
  return [
    table(
      [
        ...['engine', 'pushes', 'syncs/s', 'CPU us', 'NATS CPU us', 'p50 ms', 'p99 ms'],
        ...['B through NATS', 'B in the logs', 'failed', 'counted'],
      ],
      rows.map((row) => [
        row.engine,
        row.mix,
        row.syncsPerSecond.toFixed(0),
        (row.cpuMs * 1000).toFixed(0),
        (row.natsCpuMs * 1000).toFixed(0),
        row.p50Ms.toFixed(1),
        row.p99Ms.toFixed(1),
        row.busBytes.toFixed(0),
        row.logBytes.toFixed(0),
        String(row.failed),
        `${Math.round(100 * row.applied)} %`,
      ]),
    ),
    table(
      ['partitions', 'idle B/s', 'B of a version, each node', 'B of a device in checkpoints'],
      growth.map(({ partitions, idleBytesPerSecond, publicationBytes, ...rest }) => [
        String(partitions),
        idleBytesPerSecond.toFixed(0),
        publicationBytes.toFixed(0),
        (rest.checkpointBytes / rest.devices).toFixed(0),
      ]),
    ),
    `At ${ENVELOPE_DELTAS} deltas a message NATS keeps ${envelopeBytes.toFixed(1)} B beside each.\n`,
  ].join('\n');
}
