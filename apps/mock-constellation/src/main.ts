#!/usr/bin/env node
import { InvalidArgumentError, Option } from 'commander';
import { readReport } from '@omega-tv/constellation';
import { backup, forget, restore } from './operations.js';
import {
  createProgram,
  parseFraction,
  parseWhole,
  resolveFromCaller,
  runProgram,
} from '@omega-tv/command-line';
import { serve } from './serve.js';

const MAX_PORT = 65_535;
const MAX_DELAY_MS = 2 ** 31 - 1;

// What it stores is its owner's alone, as are the files that LevelDB adds later.
process.umask(0o077);

const program = createProgram(
  'mock-constellation',
  'A Constellation on one machine: sync in frames and v1, an embedded store, faults on demand.',
);

program
  .command('serve', { isDefault: true })
  .description('serve until Ctrl-C (the default command); prints one line with its URL when ready')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <number>', 'port to listen on; 0 takes a free one', parseWhole(0, MAX_PORT), 8787)
  .requiredOption('--data <folder>', 'where the store lives; created when missing')
  .option('--min-devices <k>', 'devices behind each published value', parseWhole(1), 10)
  .option('--publish-every <ms>', 'time between publications', parseWhole(1, MAX_DELAY_MS), 5000)
  .option('--region <code>', 'where its TVs are, ISO 3166-1 alpha-2', parseRegion)
  .option('--v1-only', 'do not read frames, as a server of the first version', false)
  .addOption(
    new Option('--log-level <level>', 'what is logged to stderr')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .default('warn'),
  )
  .option('--fault-latency <ms>', 'wait before each request', parseWhole(0, MAX_DELAY_MS), 0)
  .option('--fault-error-rate <share>', 'requests answered 503, 0 to 1', parseFraction, 0)
  .option('--fault-truncate-rate <share>', 'answers that break off, 0 to 1', parseFraction, 0)
  .option(
    '--fault-version-offset <n>',
    'added to each version that is told',
    parseWhole(Number.MIN_SAFE_INTEGER),
    0,
  )
  .option('--fault-seed <n>', 'makes the faults repeatable', parseWhole(0), 1)
  .action(serve);

program
  .command('report')
  .description('print what a stopped server did, as JSON')
  .requiredOption('--data <folder>', 'where the store lives')
  .action(async ({ data }: { data: string }) => {
    const { devices, deltasApplied, duplicates, refused, samplesAccepted, version, epoch } =
      await readReport(resolveFromCaller(data));
    const report = { devices, deltasApplied, duplicates, refused, samplesAccepted, version, epoch };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  });

program
  .command('backup')
  .description('write what a stopped server holds into one file')
  .requiredOption('--data <folder>', 'where the store lives')
  .requiredOption('--out <file>', 'the backup; replaced where it exists')
  .action(backup);

program
  .command('restore')
  .description('make a store from a backup, as a server of a new epoch')
  .requiredOption('--in <file>', 'the backup')
  .requiredOption('--data <folder>', 'where the store is to live; missing or empty')
  .action(restore);

program
  .command('forget')
  .description('remove the record of one device from the store of a stopped server')
  .requiredOption('--data <folder>', 'where the store lives')
  .requiredOption('--device-id <id>', 'the device, as it calls itself')
  .action(forget);

await runProgram(program);

function parseRegion(text: string): string {
  if (/^[A-Z]{2}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected two capital letters (ISO 3166-1 alpha-2), such as DE.');
}
