import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Table from 'cli-table3';
import {
  checkOutput,
  CommandError,
  createProgram,
  createProgress,
  parseWhole,
  resolveFromCaller,
  runProgram,
  showsColors,
  signalOfProcess,
  UsageError,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { createRandom } from '@omega-tv/seeded-random';
import { missingNats } from '@omega-tv/test-support/nats';
import { systemClock } from '@omega-tv/types';
import { Cluster } from './cluster.js';
import { measureFailover } from './failover.js';
import { FAULTS } from './faults.js';
import { Probes } from './probes.js';
import { playRounds, type RoundResult } from './rounds.js';
import { Tvs } from './tvs.js';

/** Kills that are measured where nothing is said. */
const FAILOVERS = 3;

interface Flags {
  readonly tvs: number;
  readonly rounds?: number;
  readonly only: readonly string[];
  readonly seed: number;
  readonly json?: string;
  readonly failover?: number;
}

await runProgram(
  createProgram(
    'cluster',
    'Starts three NATS nodes, two Constellations that own partitions and an edge on this machine, and TVs that sync; kills, freezes and empties parts of it, and compares the books after each round.',
  )
    .option('--tvs <n>', 'TVs', parseWhole(1, 10_000), 200)
    .option('--rounds <n>', 'faults, in turn; each once unless set', parseWhole(1, 100_000))
    .option('--only <text>', 'faults with this in their name; may be repeated', collect, [])
    .option('--seed <n>', 'makes what TVs learn repeatable', parseWhole(0, 0xffffffff), 1)
    .option(
      '--failover <devices>',
      'instead: kill the owner of one partition of so many devices, and measure until it takes pushes again',
      parseWhole(1, 100_000_000),
    )
    .option('--json <file>', 'write the table as JSON too')
    .addHelpText('after', '\nIt needs nats-server 2.9 or later (NATS_SERVER names another one).')
    .action(run),
);

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

async function run({ failover, json, ...flags }: Flags): Promise<void> {
  const missing = missingNats();
  if (missing !== undefined) throw new CommandError(missing);
  const file = json && resolveFromCaller(json);
  if (file !== undefined) await checkOutput(file);
  const folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-cluster-'));
  try {
    const [text, report, problem] =
      failover === undefined
        ? await runFaults(flags, folder)
        : await runFailover(failover, flags.rounds ?? FAILOVERS, folder);
    process.stdout.write(text);
    if (file !== undefined) await writeFileAtomically(file, JSON.stringify(report, null, 2));
    if (problem !== undefined) throw new CommandError(problem);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is printed, what is written, and what is wrong with it. */
type Outcome = readonly [text: string, report: object, problem?: string | undefined];

async function runFaults(
  { tvs: count, only, seed, ...flags }: Omit<Flags, 'json' | 'failover'>,
  folder: string,
): Promise<Outcome> {
  const faults = FAULTS.filter(
    ({ name }) => only.length === 0 || only.some((text) => name.includes(text)),
  );
  if (faults.length === 0) throw new UsageError(`There is no fault ${only.join(', ')}`);
  const rounds = flags.rounds ?? faults.length;
  const signal = signalOfProcess();
  const progress = createProgress();
  let cluster: Cluster | undefined;
  let probes: Probes | undefined;
  try {
    progress.stage('three NATS nodes and three Constellations start');
    cluster = await Cluster.start({ folder, signal });
    const urls = cluster.machines.map(({ url }) => url);
    const tvs = await Tvs.create(count, urls, createRandom('cluster', seed));
    probes = await Probes.start(urls, cluster.partitions, systemClock);
    const results = await playRounds({
      ...{ cluster, tvs, probes, rounds, faults, clock: systemClock, signal },
      onRound: (done, name) => {
        progress.stage(`round ${done} of ${rounds}: ${name}`);
      },
    });
    const versions = await cluster.versions();
    const problem = results.every(isBalanced) ? undefined : 'The books do not balance';
    const text = `${tableOf(results)}\n${conclude(results, versions)}\n`;
    return [text, { tvs: count, versions, rounds: results }, problem];
  } finally {
    progress.done();
    await probes?.stop();
    await cluster?.kill();
  }
}

async function runFailover(devices: number, times: number, folder: string): Promise<Outcome> {
  const progress = createProgress();
  const signal = signalOfProcess();
  try {
    const onStage = progress.stage;
    const result = await measureFailover({
      ...{ devices, times, folder, clock: systemClock, signal, onStage },
    });
    const seconds = result.secondsAway.map((away) => away.toFixed(1)).join(', ');
    const loads = result.loadAverages.map((load) => load.toFixed(1)).join(', ');
    const text = `A partition of ${devices} devices took pushes again after ${seconds} s (lease ${result.leaseMs} ms, load average ${loads}).\n`;
    return [text, result];
  } finally {
    progress.done();
  }
}

function isBalanced({ learned, acknowledged, waiting, accepted }: RoundResult): boolean {
  return waiting === 0 && learned === acknowledged && acknowledged === accepted;
}

function conclude(results: readonly RoundResult[], versions: readonly number[]): string {
  const { acknowledged = 0, accepted = 0 } = results.at(-1) ?? {};
  const agree = acknowledged === accepted ? 'They agree.' : 'They do not agree.';
  return `All TVs: ${acknowledged} samples acknowledged. The cluster: ${accepted} accepted. ${agree} Versions at its nodes: ${versions.join(', ')}.`;
}

function tableOf(results: readonly RoundResult[]): string {
  const table = new Table({
    head: [
      'fault',
      'answered',
      'sent away',
      'away',
      'settled after',
      'learned',
      'acknowledged',
      'accepted',
    ],
    style: showsColors(process.stdout) ? {} : { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const { fault, answered, sentAway, ...rest } of results) {
    const { learned, acknowledged, accepted } = rest;
    const [away, after] = [rest.awayS, rest.settledS].map((seconds) => `${seconds.toFixed(1)} s`);
    table.push([fault, answered, sentAway, away, after, learned, acknowledged, accepted]);
  }
  return table.toString();
}
