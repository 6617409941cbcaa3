import { createTable, heading } from './layout.js';
import type { TransportsOutcome } from './scenes/transports.js';

const KEPT = {
  cold: 'nothing was kept',
  resumed: 'a ticket was kept',
  warm: 'the connection was kept',
} as const;

/** How long an exchange takes over both transports, or why there is but one. */
export function describeTransports(outcome: TransportsOutcome): string {
  const title = heading('An exchange over HTTPS, and over QUIC');
  if ('missing' in outcome) return `${title}\nNot played here. ${outcome.missing}.`;
  const table = createTable(['', 'HTTPS', 'QUIC', 'of HTTPS']);
  for (const { start, httpsMs, quicMs } of outcome.starts) {
    const share = `${Math.round((100 * quicMs) / httpsMs)} %`;
    table.push([KEPT[start], `${httpsMs.toFixed(0)} ms`, `${quicMs.toFixed(0)} ms`, share]);
  }
  return [
    title,
    `Through a network of ${outcome.roundTripMs} ms there and back, medians:`,
    table.toString(),
  ].join('\n');
}
