#!/usr/bin/env node
import { Option } from 'commander';
import { createProgram, parseWhole, resolveFromCaller, runProgram } from '@omega-tv/command-line';
import { describeList } from './cli/describe.js';
import { explainOutgoing } from './cli/explain.js';
import { openTelevision, reportTelevision } from './cli/report.js';
import { run } from './cli/run.js';
import { explain } from './recommender/reason.js';
import { forgetTelevision } from './tv/forget.js';
import { LEARNING_MODEL } from '@omega-tv/federation';
import { PERSONAS } from '@omega-tv/simulated-viewers';

const MAX_INTERVAL_MS = 24 * 60 * 60 * 1000;
const DEFAULT_INTERVAL_MS = 10 * 60 * 1000;

// What it stores is its owner's alone, as are the files that LevelDB adds later.
process.umask(0o077);

const program = createProgram(
  'tv-agent',
  'The reference TV: a simulated viewer, a pattern learner, sync, recommendations.',
);

program
  .command('run')
  .description('watch and sync until Ctrl-C, or until --syncs are done')
  .requiredOption('--url <url>', 'where the Constellation lives')
  .requiredOption('--device-id <id>', 'names this TV')
  .requiredOption('--data <folder>', "the TV's folder; created when missing")
  .option('--syncs <n>', 'exchanges until it ends, failed ones included', parseWhole(1))
  .option(
    '--interval <ms>',
    'mean time between exchanges; each wait is drawn within half of it',
    parseWhole(1, MAX_INTERVAL_MS),
    DEFAULT_INTERVAL_MS,
  )
  .option('--evenings <n>', 'simulated evenings before each exchange', parseWhole(0, 1000), 7)
  .option('--seed <n>', 'makes the viewer repeatable; default: from the device id', parseWhole(0))
  .addOption(
    new Option('--persona <name>', 'who watches; default: drawn from the seed').choices(
      PERSONAS.map(({ name }) => name),
    ),
  )
  .addOption(
    new Option(
      '--budget <tier>',
      'how much a message may have; default: as the network allows',
    ).choices(['floor', 'normal', 'ceiling']),
  )
  .option('--share-titles', 'the viewer lets completed titles leave the TV', false)
  .option(
    '--report-within <ms>',
    'a completed title is reported at an instant drawn within this',
    parseWhole(0, MAX_INTERVAL_MS),
    LEARNING_MODEL.reportSpreadMs,
  )
  .addOption(
    new Option(
      '--token-file <file>',
      'holds the token that lets this TV in; read for each request',
    ),
  )
  .addOption(
    new Option(
      '--token <token>',
      'the token itself, which other users of this machine can see',
    ).conflicts('tokenFile'),
  )
  .option('--json', 'print one JSON line an exchange', false)
  .addOption(
    new Option('--log-level <level>', 'what is logged to stderr')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .default('error'),
  )
  .action(run);

program
  .command('report')
  .description('account for every sample of a TV that is not running, as JSON')
  .requiredOption('--data <folder>', "the TV's folder")
  .action(async ({ data }: { data: string }) => {
    const television = await openTelevision(resolveFromCaller(data));
    try {
      process.stdout.write(`${JSON.stringify(await reportTelevision(television))}\n`);
    } finally {
      await television.close();
    }
  });

program
  .command('explain')
  .description('say what a TV that is not running would send next, and what stays')
  .requiredOption('--data <folder>', "the TV's folder")
  .action(async ({ data }: { data: string }) => {
    const television = await openTelevision(resolveFromCaller(data));
    try {
      process.stdout.write(`${await explainOutgoing(television, Date.now())}\n`);
    } finally {
      await television.close();
    }
  });

program
  .command('forget')
  .description('erase all that a TV which is not running has learned and watched')
  .requiredOption('--data <folder>', "the TV's folder")
  .action(async ({ data }: { data: string }) => {
    const directory = resolveFromCaller(data);
    // Opened to be sure that a TV's stores lie there and no process uses them.
    await (await openTelevision(directory)).close();
    await forgetTelevision(directory);
    process.stdout.write(`forgotten: ${directory} holds nothing of this TV any more\n`);
  });

program
  .command('recommend')
  .description('list what a TV that is not running recommends, and why')
  .requiredOption('--data <folder>', "the TV's folder")
  .option('--count <n>', 'length of the list', parseWhole(1, 100), 10)
  .option('--alone', 'as if it had never heard of other TVs', false)
  .option('--json', 'print JSON', false)
  .action(async (options: { data: string; count: number; alone: boolean; json: boolean }) => {
    const television = await openTelevision(resolveFromCaller(options.data));
    try {
      const list = await television.recommend(options);
      const json = list.map(({ title: { id, title, year }, score, reasons }) => {
        return { id, title, year, score, why: explain(reasons) };
      });
      process.stdout.write(`${options.json ? JSON.stringify(json) : describeList(list)}\n`);
    } finally {
      await television.close();
    }
  });

await runProgram(program);
