import { Command } from 'commander';
import { CommandError, parseWhole, runProgram } from '@omega-tv/command-line';
import { createRandom } from '@omega-tv/seeded-random';
import { fuzz } from './fuzz.js';
import { createTargets } from './targets.js';

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly target?: string;
}

const MAX_SEED = 0xffffffff;

await runProgram(
  new Command('fuzz')
    .description('Gives mutated frames to every decoder.')
    .option('--runs <n>', 'inputs for each decoder', parseWhole(1), 1_000_000)
    .option('--seed <n>', 'the same inputs again', parseWhole(0, MAX_SEED), 1)
    .option('--target <name>', 'one decoder only')
    .allowExcessArguments(false)
    .action(run),
);

function run({ runs, seed, target: only }: Options): void {
  const targets = createTargets(createRandom('fuzz', seed));
  const chosen = targets.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    throw new CommandError(`--target is one of: ${targets.map(({ name }) => name).join(', ')}`);
  }
  for (const target of chosen) {
    const { read, refused, slowestMs } = fuzz(target, runs);
    const slowest = `slowest ${slowestMs.toFixed(1)} ms`;
    process.stdout.write(`${target.name}: ${read} read, ${refused} refused, ${slowest}\n`);
  }
}
