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
  writeFileAtomically,
} from '@omega-tv/command-line';
import { createRandom } from '@omega-tv/seeded-random';
import { playRounds, type KindResult } from './rounds.js';

interface Flags {
  readonly rounds: number;
  readonly seed: number;
  readonly freeze: number;
  readonly only: readonly string[];
  readonly json?: string;
}

const MAX_SEED = 0xffffffff;

await runProgram(
  createProgram(
    'faults',
    'Kills, freezes, cuts and restores a real TV and a real Constellation while they sync, and compares their books after each round: what was learned must have been counted once.',
  )
    .option(
      '--rounds <n>',
      'rounds to play, over all kinds of faults',
      parseWhole(1, 1_000_000),
      24,
    )
    .option(
      '--only <text>',
      'kinds of faults with this in their name; may be repeated',
      collect,
      [],
    )
    .option('--seed <n>', 'draws the same faults again', parseWhole(0, MAX_SEED), 1)
    .option('--freeze <ms>', 'how long a process is stopped', parseWhole(0, 600_000), 700)
    .option('--json <file>', 'write the table as JSON too')
    .action(faults),
);

async function faults({ rounds, seed, freeze, only, json }: Flags): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-faults-'));
  const progress = createProgress();
  if (json !== undefined) await checkOutput(resolveFromCaller(json));
  try {
    const results = await playRounds({
      folder,
      rounds,
      freezeMs: freeze,
      random: createRandom(seed),
      isWanted: ({ name }) => only.length === 0 || only.some((text) => name.includes(text)),
      signal: signalOfProcess(),
      onProblem: (problem) => {
        progress.done();
        process.stderr.write(`${problem}\n`);
      },
      onRound: (done, name) => {
        progress.stage(`round ${done} of ${rounds}: ${name}`);
      },
    });
    progress.done();
    process.stdout.write(`${tableOf(results)}\n`);
    if (json !== undefined) {
      await writeFileAtomically(resolveFromCaller(json), JSON.stringify(results, null, 2));
    }
    const total = totalOf(results);
    if (total.lost + total.doubled > 0) {
      throw new CommandError(`${total.lost} samples were lost, ${total.doubled} counted twice`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function totalOf(results: readonly KindResult[]): KindResult {
  const total = { name: 'all', rounds: 0, learned: 0, acknowledged: 0, lost: 0, doubled: 0 };
  for (const result of results) {
    total.rounds += result.rounds;
    total.learned += result.learned;
    total.acknowledged += result.acknowledged;
    total.lost += result.lost;
    total.doubled += result.doubled;
  }
  return total;
}

function tableOf(results: readonly KindResult[]): string {
  const table = new Table({
    head: ['fault', 'rounds', 'learned', 'acknowledged', 'lost', 'doubled'],
    style: showsColors(process.stdout) ? {} : { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const { name, rounds, learned, acknowledged, lost, doubled } of [
    ...results,
    totalOf(results),
  ]) {
    table.push([name, rounds, learned, acknowledged, lost, doubled]);
  }
  return table.toString();
}
