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
import { FAULTS } from './faults.js';
import { playRounds, type RoundResult } from './rounds.js';
import { Tvs } from './tvs.js';

interface Flags {
  readonly tvs: number;
  readonly rounds?: number;
  readonly only: readonly string[];
  readonly seed: number;
  readonly json?: string;
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
    .option('--json <file>', 'write the table as JSON too')
    .addHelpText('after', '\nIt needs nats-server 2.9 or later (NATS_SERVER names another one).')
    .action(run),
);

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

async function run({ tvs: count, only, seed, json, ...flags }: Flags): Promise<void> {
  const faults = FAULTS.filter(
    ({ name }) => only.length === 0 || only.some((text) => name.includes(text)),
  );
  if (faults.length === 0) throw new UsageError(`There is no fault ${only.join(', ')}`);
  const rounds = flags.rounds ?? faults.length;
  const missing = missingNats();
  if (missing !== undefined) throw new CommandError(missing);
  if (json !== undefined) await checkOutput(resolveFromCaller(json));
  const signal = signalOfProcess();
  const progress = createProgress();
  const folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-cluster-'));
  let cluster: Cluster | undefined;
  try {
    progress.stage('three NATS nodes and three Constellations start');
    cluster = await Cluster.start(folder, signal);
    const urls = cluster.machines.map(({ url }) => url);
    const tvs = await Tvs.create(count, urls, createRandom('cluster', seed));
    const results = await playRounds({
      ...{ cluster, tvs, rounds, faults, clock: systemClock, signal },
      onRound: (done, name) => {
        progress.stage(`round ${done} of ${rounds}: ${name}`);
      },
    });
    const versions = await cluster.versions();
    progress.done();
    process.stdout.write(`${tableOf(results)}\n${conclude(results, versions)}\n`);
    if (json !== undefined) {
      const report = JSON.stringify({ tvs: count, versions, rounds: results }, null, 2);
      await writeFileAtomically(resolveFromCaller(json), report);
    }
    if (!results.every(isBalanced)) throw new CommandError('The books do not balance');
  } finally {
    await cluster?.kill();
    await rm(folder, { recursive: true, force: true });
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
      'settled after',
      'learned',
      'acknowledged',
      'accepted',
    ],
    style: showsColors(process.stdout) ? {} : { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const { fault, answered, sentAway, settledS, learned, acknowledged, accepted } of results) {
    const after = `${settledS.toFixed(1)} s`;
    table.push([fault, answered, sentAway, after, learned, acknowledged, accepted]);
  }
  return table.toString();
}
