import { open } from 'node:fs/promises';
import { Command } from 'commander';
import { resolveFromCaller, writeFileAtomically } from '@omega-tv/command-line';
import { createFederationConfig } from '@omega-tv/federation';
import { globalPatternsToWire } from '@omega-tv/types';
import { foldLog } from './fold-log.js';

interface Options {
  readonly in: string;
  readonly out: string;
  readonly minDevices?: string;
}

const program = new Command('federate')
  .description('Folds a log of deltas into global patterns, offline.')
  .requiredOption('--in <file>', 'deltas as wire JSON, one a line; a timestamp is a receive time')
  .option('--min-devices <k>', 'distinct devices behind whatever is published (default: 10)')
  .requiredOption('--out <file>', 'where the global patterns go, as wire JSON')
  .allowExcessArguments(false)
  .action(run);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`federate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(options: Options): Promise<void> {
  const { minDevices } = options;
  const config = createFederationConfig(
    minDevices === undefined ? {} : { minDevices: Number(minDevices) },
  );
  const log = await open(resolveFromCaller(options.in));
  try {
    const { globals, devices, deltas, samples } = await foldLog(log.readLines(), config);
    const text = `${JSON.stringify(globalPatternsToWire(globals))}\n`;
    await writeFileAtomically(resolveFromCaller(options.out), text);
    process.stderr.write(
      `${deltas} deltas of ${devices} devices, ${samples} new samples: ` +
        `${globals.patterns.length} patterns and ${globals.trends.length} trends, ` +
        `each from at least ${config.minDevices} devices\n`,
    );
  } finally {
    await log.close();
  }
}
