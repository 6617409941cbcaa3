import { plural } from '@omega-tv/command-line';
import type { ConstellationReport } from '@omega-tv/constellation';
import type { SyncResult } from '@omega-tv/protocol';
import { describeList, type TelevisionReport } from '@omega-tv/tv-agent';
import type { ProtocolBytes } from './both-protocols.js';
import type { Household } from './household.js';
import { colors, createTable, heading } from './layout.js';
import type { BadNetworkOutcome } from './scenes/bad-network.js';
import type { CrashOutcome } from './scenes/crash.js';
import type { Followed, Newcomer } from './scenes/newcomers.js';
import type { ServerHoldings, Unshared } from './scenes/privacy.js';
import type { ListMoment } from './scenes/showcase.js';
import type { TransportsOutcome } from './scenes/transports.js';
import { describeTransports } from './transports-summary.js';

const SHOWN_TITLES = 3;
const FAULTS = {
  none: 'passed',
  'lose-request': 'was lost on its way',
  'cut-request': 'was cut in its middle',
  'lose-answer': 'arrived, and its answer was lost',
  'cut-answer': 'arrived, and its answer was cut',
  duplicate: 'arrived twice',
  portal: 'was answered by a login page',
  status: 'was answered by 502',
} as const;

export interface Summary {
  readonly firstListDay: number;
  readonly days: number;
  readonly minDevices: number;
  readonly showcase: {
    readonly household: Household;
    readonly before: ListMoment;
    readonly after: ListMoment;
  };
  readonly newcomers: readonly Newcomer[];
  readonly followed: Followed;
  readonly privacy: { readonly unshared: Unshared; readonly holdings: ServerHoldings };
  readonly crash: CrashOutcome;
  readonly badNetwork: BadNetworkOutcome;
  readonly transports: TransportsOutcome;
  readonly results: readonly SyncResult[];
  readonly bytes: ProtocolBytes;
  readonly televisions: ReadonlyMap<string, TelevisionReport>;
  readonly server: ConstellationReport;
}

/** The summary for people. All figures come from the run. */
export function describeSummary(summary: Summary): string {
  return [
    describeShowcase(summary),
    describeNewcomers(summary),
    describePrivacy(summary),
    describeBytes(summary),
    describeTransports(summary.transports),
    describeCrash(summary),
    describeBadNetwork(summary),
    describeBooks(summary),
  ].join('\n\n');
}

function describeShowcase({ showcase, firstListDay, days }: Summary): string {
  const { household, before, after } = showcase;
  const { name, description } = household.persona;
  return [
    heading('One TV, before and after'),
    `Its simulated viewer is "${name}": ${description}. Simulated viewers show how it works; they are no evidence for people.`,
    `Day ${firstListDay}, on its own: ${before.liked} of 10 titles that the simulated viewer would finish`,
    describeList(before.list.slice(0, SHOWN_TITLES)),
    `Day ${days}, with what other TVs learned: ${after.liked} of 10`,
    describeList(after.list.slice(0, SHOWN_TITLES)),
  ].join('\n');
}

function describeNewcomers({ newcomers, followed }: Summary): string {
  const table = createTable(['taste', 'TVs', 'alone', 'one exchange']);
  for (const persona of new Set(newcomers.map(({ household }) => household.persona))) {
    const group = newcomers.filter(({ household }) => household.persona === persona);
    table.push([persona.name, group.length, ...describeMeans(group)]);
  }
  table.push(['all', newcomers.length, ...describeMeans(newcomers)]);
  return [
    heading('TVs just unpacked, which know two titles'),
    'Of the 10 titles on their lists, the simulated viewers would finish on average:',
    table.toString(),
    ...describeFollowed(followed),
  ].join('\n');
}

function describeFollowed(followed: Followed): readonly string[] {
  const { household, known, alone, helped, settled } = followed;
  const { likedAlone, likedHelped, likedSettled } = followed;
  return [
    `One of them ("${household.persona.name}") knows ${known.join(' and ')}. Alone it offers (${likedAlone} of 10):`,
    describeList(alone.slice(0, SHOWN_TITLES)),
    `After one exchange (${likedHelped} of 10):`,
    describeList(helped.slice(0, SHOWN_TITLES)),
    `After four (${likedSettled} of 10):`,
    describeList(settled.slice(0, SHOWN_TITLES)),
  ];
}

function describePrivacy({ followed, privacy: { unshared, holdings } }: Summary): string {
  const { deviceRecord, titlesNamed, titles, completions, waiting } = holdings;
  return [
    heading('What the server holds, read from its folder'),
    `Of titles, sums: ${plural(titles, 'title')}, ${plural(completions, 'completion')} in all of them (older ones count less), and no TV's history.`,
    `Of that TV (${followed.household.deviceId}), under a hash of its id: ${JSON.stringify(deviceRecord)}.`,
    `It names ${titlesNamed === 0 ? 'no title' : plural(titlesNamed, 'title')}. ` +
      `${plural(waiting, 'title')} wait for more TVs; until enough have come, a keyed hash of each TV stands beside them, and for a while short ones of a few that came, against those who report again and again.`,
    `Another TV, whose viewer has not agreed to it, finished ${plural(unshared.known, 'title')}, reported ${unshared.reported}, ` +
      `and received what ${plural(unshared.received, 'title')} are like all the same.`,
  ].join('\n');
}

function describeMeans(newcomers: readonly Newcomer[]): readonly [string, string] {
  const alone = sum(newcomers, ({ likedAlone }) => likedAlone) / newcomers.length;
  const helped = sum(newcomers, ({ likedHelped }) => likedHelped) / newcomers.length;
  return [alone.toFixed(1), helped.toFixed(1)];
}

function describeBytes({ results, bytes: sent }: Summary): string {
  const pushes = results.filter(({ patternsPushed }) => patternsPushed > 0);
  const patterns = sum(pushes, ({ patternsPushed }) => patternsPushed);
  const cosine = sum(pushes, (r) => r.fidelity.meanCosine * r.patternsPushed) / patterns;
  const table = createTable(['', 'frames (v2)', 'JSON + zstd (v1)']);
  table.push(
    ['up, a pattern', bytes(sent.up.v2 / sent.patterns), bytes(sent.up.v1 / sent.patterns)],
    ['cosine of a pattern', cosine.toFixed(4), (sent.v1Cosines / sent.patterns).toFixed(4)],
    ['up, an exchange', bytes(sent.up.v2 / sent.pushes), bytes(sent.up.v1 / sent.pushes)],
    ['down, an answer', bytes(sent.down.v2 / sent.answers), bytes(sent.down.v1 / sent.answers)],
    ['messages', String(sent.pushes), String(sent.v1Messages)],
  );
  return [
    heading('Bytes, the same exchanges in both protocols'),
    table.toString(),
    'v1 rounds embeddings to what fits 2,048 B and answers each push with all global patterns that fit 10,240 B.',
  ].join('\n');
}

function describeCrash({ crash }: Summary): string {
  return [
    heading('A server killed in the middle (SIGKILL)'),
    `${plural(crash.synced, 'TV')} had synced, ${crash.broken} ${crash.broken === 1 ? 'was' : 'were'} cut off; all went on after the restart.`,
  ].join('\n');
}

function describeBadNetwork({ badNetwork, server }: Summary): string {
  const { synced, failed, met } = badNetwork;
  const table = createTable(['a request', 'times']);
  for (const [kind, meaning] of Object.entries(FAULTS)) {
    const times = met.get(kind as keyof typeof FAULTS) ?? 0;
    if (times > 0) table.push([meaning, times]);
  }
  return [
    heading('A network that fails and heals'),
    table.toString(),
    `${plural(synced, 'TV')} got through all the same, ${failed} did not; each of these went on where it stood when the network worked again.`,
    `In both evenings ${plural(server.duplicates, 'push', 'pushes')} had been counted before the answer was lost: sent again, that counted nothing.`,
  ].join('\n');
}

function describeBooks({ televisions, server, minDevices }: Summary): string {
  const table = createTable(['TV', 'learned', 'acknowledged', 'waiting', 'withheld']);
  for (const [deviceId, report] of televisions) {
    table.push([
      deviceId,
      report.samplesLearned,
      report.samplesAcknowledged,
      report.samplesWaiting,
      report.samplesWithheld,
    ]);
  }
  const reports = [...televisions.values()];
  const acknowledged = sum(reports, ({ samplesAcknowledged }) => samplesAcknowledged);
  const verdict = booksBalance(televisions, server)
    ? colors.green('They agree.')
    : colors.red('THEY DIFFER.');
  return [
    heading('The books'),
    table.toString(),
    `All TVs: ${plural(acknowledged, 'sample')} acknowledged. Constellation: ${server.samplesAccepted} accepted. ${verdict}`,
    `Withheld samples belong to patterns below the quality filter. The Constellation keeps sums of ` +
      `${plural(server.devices, 'TV')} (these and those just unpacked) and publishes nothing that fewer than ${minDevices} contributed to (10 by default).`,
  ].join('\n');
}

/** Every learned sample is accounted for, and the server counted what was acknowledged. */
export function booksBalance(
  televisions: Summary['televisions'],
  server: ConstellationReport,
): boolean {
  const reports = [...televisions.values()];
  const allAccounted = reports.every(
    (r) =>
      r.samplesLearned ===
      r.samplesAcknowledged +
        r.samplesWaiting +
        r.samplesWithheld +
        r.samplesDeadLettered +
        r.samplesDropped,
  );
  return allAccounted && sum(reports, (r) => r.samplesAcknowledged) === server.samplesAccepted;
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function bytes(n: number): string {
  return `${Math.round(n).toLocaleString('en')} B`;
}
