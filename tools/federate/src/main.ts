import { open } from 'node:fs/promises';
import {
  checkInput,
  checkOutput,
  createProgram,
  createProgress,
  parseWhole,
  plural,
  resolveFromCaller,
  runProgram,
  signalOfProcess,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { createFederationConfig } from '@omega-tv/federation';
import { globalPatternsToWire } from '@omega-tv/types';
import { foldLog, type FoldResult } from './fold-log.js';

interface Options {
  readonly in: string;
  readonly out: string;
  readonly minDevices?: number;
}

const program = createProgram('federate', 'Folds a log of deltas into global patterns, offline.')
  .requiredOption('--in <file>', 'deltas as wire JSON, one a line; a timestamp is a receive time')
  .option(
    '--min-devices <k>',
    'distinct devices behind whatever is published (default: 10)',
    parseWhole(1),
  )
  .requiredOption('--out <file>', 'where the global patterns go, as wire JSON')
  .action(run);

await runProgram(program);

async function run({ minDevices, ...files }: Options): Promise<void> {
  const signal = signalOfProcess('nothing was written');
  const progress = createProgress();
  const config = createFederationConfig(minDevices === undefined ? {} : { minDevices });
  const [source, target] = [resolveFromCaller(files.in), resolveFromCaller(files.out)];
  await checkInput(source);
  await checkOutput(target, source);
  progress.stage(`folding ${files.in}`);
  const log = await open(source);
  try {
    const result = await foldLog(log.readLines(), config, signal);
    await writeFileAtomically(target, `${JSON.stringify(globalPatternsToWire(result.globals))}\n`);
    progress.done();
    process.stderr.write(`${describe(result, config.minDevices)}\n`);
  } finally {
    progress.done();
    await log.close();
  }
}

function describe({ globals, devices, deltas, samples }: FoldResult, minDevices: number): string {
  const { patterns, trends } = globals;
  return (
    `${plural(deltas, 'delta')} of ${plural(devices, 'device')}, ${plural(samples, 'new sample')}: ` +
    `${plural(patterns.length, 'pattern')} and ${plural(trends.length, 'trend')}, ` +
    `each from at least ${plural(minDevices, 'device')}`
  );
}
