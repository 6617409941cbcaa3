import type { Agreement } from './agreement/compare.js';
import { assumptionRows, type Assumptions } from './assumptions.js';
import { REGIONS } from './countries.js';
import type { IncidentFigures } from './incident.js';
import type { Sizing } from './sizing.js';

/** Tables in Markdown. */
export function assumptionsToText(assumptions: Assumptions): string {
  return table(['assumption', 'value', 'unit', 'what it is'], assumptionRows(assumptions));
}

/** What to buy for fleets of some sizes: one column each. */
export function sizingsToText(sizings: readonly Sizing[]): string {
  const row = (name: string, of: (sizing: Sizing) => string): readonly string[] => [
    name,
    ...sizings.map(of),
  ];
  const regions = REGIONS.join(' + ');
  return table(
    ['', ...sizings.map(({ tvs }) => `${short(tvs)} TVs`)],
    [
      row('exchanges a second, mean', ({ exchangesPerSecond }) => short(exchangesPerSecond.mean)),
      row('exchanges a second, ordinary peak', ({ exchangesPerSecond }) =>
        short(exchangesPerSecond.peak),
      ),
      row(`servers (${regions})`, ({ servers }) => servers.join(' + ')),
      row(`partitions (${regions})`, ({ partitions }) => partitions.join(' + ')),
      row('memory of all servers', ({ memoryBytes }) => bytes(memoryBytes)),
      row('disk, all copies', ({ diskBytes }) => bytes(diskBytes)),
      row('bus, mean', ({ busBytesPerSecond }) => `${bytes(busBytesPerSecond.mean)}/s`),
      row('bus, ordinary peak', ({ busBytesPerSecond }) => `${bytes(busBytesPerSecond.peak)}/s`),
      row('servers receive a day', ({ serverBytesUp }) => bytes(serverBytesUp)),
      row('servers send a day', ({ serverBytesDown }) => bytes(serverBytesDown)),
      row('the CDN sends a day', ({ cdnBytes }) => bytes(cdnBytes)),
      row('of its answers, from caches', ({ cdnHitRate }) => `${(100 * cdnHitRate).toFixed(3)} %`),
      row('USD a month for a million TVs', ({ price }) => price.total.toFixed(0)),
      row('of it servers, their traffic, CDN, disk', ({ price }) =>
        [price.servers, price.traffic, price.cdn, price.disk]
          .map((part) => part.toFixed(0))
          .join(' + '),
      ),
    ],
  );
}

export function incidentsToText(incidents: readonly IncidentFigures[]): string {
  return table(
    [
      'incident',
      'windows',
      'peak a second',
      'peak / mean',
      'after it / mean',
      'peak use',
      'failed',
      'shed',
      'back: p50, p99, last',
      'not back',
      'p99 age',
      'patterns lost',
    ],
    incidents.map((one) => [
      one.name,
      one.hasWindows ? 'yes' : 'no',
      short(one.peak),
      one.peakOverMean.toFixed(1),
      one.peakAfterOverMean.toFixed(1),
      `${(100 * one.peakUse).toFixed(0)} %`,
      short(one.failures),
      short(one.shed),
      one.back === undefined
        ? ''
        : [one.back.p50S, one.back.p99S, one.back.lastS].map(minutes).join(', '),
      one.back === undefined ? '' : short(one.back.missing),
      minutes(one.staleness.p99),
      short(one.lost),
    ]),
  );
}

/** What a simulation says beside what real TVs did. */
export function agreementToText({ comparisons }: Agreement): string {
  return table(
    ['', 'real TVs', 'simulated', 'difference', 'agrees'],
    comparisons.map(({ what, real, simulated, agrees }) => [
      what,
      short(real),
      short(simulated),
      `${(100 * (simulated / real - 1)).toFixed(1)} %`,
      agrees ? 'yes' : 'no',
    ]),
  );
}

/** With three digits and a prefix. */
export function short(value: number): string {
  for (const [unit, name] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const) {
    if (Math.abs(value) >= unit) return `${Number((value / unit).toPrecision(3))}${name}`;
  }
  return String(Number(value.toPrecision(3)));
}

function bytes(value: number): string {
  if (value >= 1e12) return `${Number((value / 1e12).toPrecision(3))} TB`;
  const text = short(value);
  return text.includes(' ') ? `${text}B` : `${text} B`;
}

function minutes(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return row(head) + row(head.map(() => '---')) + rows.map(row).join('');
}
