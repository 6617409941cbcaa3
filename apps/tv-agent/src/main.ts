#!/usr/bin/env node
import { Option } from 'commander';
import { createProgram, parseWhole, resolveFromCaller, runProgram } from '@omega-tv/command-line';
import { describeList } from './cli/describe.js';
import { explainOutgoing } from './cli/explain.js';
import { forget } from './cli/forget.js';
import { openTelevision, report } from './cli/report.js';
import { run } from './cli/run.js';
import { describeStatus, type TelevisionStatus } from './cli/status.js';
import { watch } from './cli/watch.js';
import { TRANSPORTS } from './network/choose-transport.js';
import { askWhileRunning } from './operations/ask-running.js';
import { explain } from './recommender/reason.js';
import { LEARNING_MODEL } from '@omega-tv/federation';
import { PERSONAS } from '@omega-tv/simulated-viewers';

const MAX_PORT = 65_535;
const MAX_INTERVAL_MS = 24 * 60 * 60 * 1000;
const DEFAULT_INTERVAL_MS = 10 * 60 * 1000;
const MAX_COMMIT_MS = 10 * 60 * 1000;
const DEFAULT_COMMIT_MS = 10_000;

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
  .addOption(
    new Option('--transport <way>', 'what carries exchanges; auto: QUIC where it gets through')
      .choices(TRANSPORTS)
      .default('https'),
  )
  .option(
    '--quic-port <number>',
    'UDP port of the Constellation; default: that of its URL',
    parseWhole(1, MAX_PORT),
  )
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
  .option('--metered', 'bytes are paid for: messages are small, and go out one by one')
  .option('--save-data', 'the viewer asked for little traffic: the same')
  .option('--profile <name>', 'who watches; no name leaves the TV')
  .option('--private', 'that profile contributes nothing to what others learn, from now on')
  .option('--no-private', 'it does again')
  .option(
    '--commit-within <ms>',
    'viewings fed by "watch" are written together within this: what a power cut may take',
    parseWhole(0, MAX_COMMIT_MS),
    DEFAULT_COMMIT_MS,
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
  .command('status')
  .description('say what a TV that runs does, what waits, and how its last exchanges ended')
  .requiredOption('--data <folder>', "the TV's folder")
  .option('--json', 'print JSON', false)
  .action(async ({ data, json }: { data: string; json: boolean }) => {
    const text = await askWhileRunning(resolveFromCaller(data), 'GET /status');
    const status = JSON.parse(text) as TelevisionStatus;
    process.stdout.write(json ? text : `${describeStatus(status, Date.now())}\n`);
  });

program
  .command('metrics')
  .description('print what a TV that runs has counted, as OpenMetrics')
  .requiredOption('--data <folder>', "the TV's folder")
  .action(async ({ data }: { data: string }) => {
    process.stdout.write(await askWhileRunning(resolveFromCaller(data), 'GET /metrics'));
  });

program
  .command('watch')
  .description('feed a viewing by hand, whether the TV runs or not')
  .argument('<title>', 'its id, or its name where one title alone has it')
  .requiredOption('--data <folder>', "the TV's folder")
  .option(
    '--percent <n>',
    'how much of it was watched; from 90 on to the end',
    parseWhole(0, 100),
    100,
  )
  .option('--profile <name>', 'who watched')
  .option('--json', 'print JSON', false)
  .action(
    async (
      titleId: string,
      options: { data: string; percent: number; profile?: string; json: boolean },
    ) => {
      const { data, percent, profile, json } = options;
      const whose = profile === undefined ? {} : { profile };
      const request = { titleId, watchedFraction: percent / 100, ...whose };
      const result = await watch(resolveFromCaller(data), request);
      const { durableWithinMs: within } = result;
      const when = within === 0 ? 'it is kept' : `it is kept within ${within} ms`;
      process.stdout.write(json ? `${JSON.stringify(result)}\n` : `watched: ${when}\n`);
    },
  );

program
  .command('report')
  .description('account for every sample of a TV, running or not, as JSON')
  .requiredOption('--data <folder>', "the TV's folder")
  .action(async ({ data }: { data: string }) => {
    process.stdout.write(await report(resolveFromCaller(data)));
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
  .option('--profile <name>', 'erase that profile alone')
  .action(async ({ data, profile }: { data: string; profile?: string }) => {
    process.stdout.write(`${await forget(resolveFromCaller(data), profile)}\n`);
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
