import { Option } from 'commander';
import {
  CommandError,
  computeInThread,
  createProgram,
  createProgress,
  parseWhole,
  runProgram,
  signalOfProcess,
} from '@omega-tv/command-line';
import type { FuzzOrder, FuzzOutcome, FuzzStage } from './fuzz-thread.js';
import { TARGET_NAMES } from './targets.js';

const MAX_SEED = 0xffffffff;

await runProgram(
  createProgram('fuzz', 'Gives mutated frames to every decoder.')
    .option('--runs <n>', 'inputs for each decoder', parseWhole(1), 1_000_000)
    .option('--seed <n>', 'the same inputs again', parseWhole(0, MAX_SEED), 1)
    .addOption(new Option('--target <name>', 'one decoder only').choices(TARGET_NAMES))
    .action(run),
);

async function run(order: FuzzOrder): Promise<void> {
  const signal = signalOfProcess('the decoders that are not listed were not tried to the end');
  const progress = createProgress();
  const onStage = ({ name, result }: FuzzStage): void => {
    if (result === undefined) {
      progress.stage(`${name}: ${order.runs} inputs`);
      return;
    }
    progress.done();
    const { read, refused, slowestMs } = result;
    const slowest = `slowest ${slowestMs.toFixed(1)} ms`;
    process.stdout.write(`${name}: ${read} read, ${refused} refused, ${slowest}\n`);
  };
  const thread = new URL('fuzz-thread.js', import.meta.url);
  try {
    const { failure } = await computeInThread<FuzzOutcome, FuzzStage>(thread, order, {
      signal,
      onStage,
    });
    if (failure !== undefined) throw new CommandError(failure);
  } finally {
    progress.done();
  }
}
