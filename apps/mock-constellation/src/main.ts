#!/usr/bin/env node
import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { repartition } from './cluster-operations.js';
import { backup, forget, report, restore } from './operations.js';
import { createProgram, parseFraction, parseWhole, runProgram } from '@omega-tv/command-line';
import { collect, fromEnvironment, takeFromEnvironment } from './environment.js';
import { addKey, printToken } from './keys.js';
import { serve } from './serve.js';

const MAX_PORT = 65_535;
const MAX_DELAY_MS = 2 ** 31 - 1;
const DAY_S = 24 * 60 * 60;
const MAX_TOKEN_S = 3650 * DAY_S;

// What it stores is its owner's alone, as are the files that LevelDB adds later.
process.umask(0o077);

const program = createProgram(
  'mock-constellation',
  'A Constellation: sync in frames and v1, on an embedded store or on NATS, faults on demand.',
);

takeFromEnvironment(program.command('serve', { isDefault: true }))
  .description(
    'serve until Ctrl-C (the default command); prints one line with its URL when ready; each option can be a variable, too: --port as OMEGA_TV_PORT',
  )
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <number>', 'port to listen on; 0 takes a free one', parseWhole(0, MAX_PORT), 8787)
  .option('--tls-cert <file>', 'serve https with this certificate (PEM); with --tls-key')
  .option('--tls-key <file>', 'its key (PEM)')
  .option(
    '--quic-port <number>',
    'UDP port to serve QUIC on as well, with the same certificate; 0 takes a free one',
    parseWhole(0, MAX_PORT),
  )
  .requiredOption('--data <folder>', 'where the store lives; created when missing')
  .option(
    '--engine <engine>',
    'level: a store in the folder; or nats://HOST:PORT (several with commas): a cluster, see docs/CLUSTER.md',
    parseEngine,
    'level',
  )
  .option('--cluster <name>', 'on NATS: which cluster', 'omega')
  .option('--partitions <n>', 'on NATS: of a new cluster', parseWhole(1, 256))
  .addOption(
    fromEnvironment(
      new Option('--role <role>', 'on NATS: edges hand pushes on, owners decide them'),
    )
      .choices(['edge', 'owner', 'all'])
      .default('all'),
  )
  .option(
    '--replicas <n>',
    'on NATS: copies of what is kept, on as many nodes',
    parseWhole(1, 5),
    1,
  )
  .addOption(leaseOption())
  .option('--min-devices <k>', 'devices behind each published value', parseWhole(1), 10)
  .option('--publish-every <ms>', 'time between publications', parseWhole(1, MAX_DELAY_MS), 5000)
  .option(
    '--workers <n>',
    'threads that decode, and one more that publishes; 0 does all on one',
    parseWhole(0, 64),
    Math.min(4, Math.max(1, availableParallelism() - 1)),
  )
  .option('--region <code>', 'where its TVs are, ISO 3166-1 alpha-2', parseRegion)
  .option('--keys <file>', 'let in only who shows a token of this key file; see the command keys')
  .option('--allow-v1', 'with --keys: take v1, which has no tokens; it joins no cohort', false)
  .option('--allow-origin <origin>', 'pages of it may sync (CORS); may be repeated', collect, [])
  .option(
    '--trust-proxy <address>',
    'a proxy, or a network of them, whose X-Forwarded-For counts; may be repeated',
    collect,
    [],
  )
  .option('--rate-per-address <n>', 'requests a minute of one address', parseWhole(1), 6000)
  .option('--rate-per-device <n>', 'pushes a minute of one token', parseWhole(1), 120)
  .option('--max-pending <n>', 'pushes that wait; more are answered 503', parseWhole(1), 2048)
  .option(
    '--device-days <n>',
    'how long a device is known after its last push; longer than a week and the oldest backup in use',
    parseWhole(8, 36_500),
    180,
  )
  .option(
    '--admin-port <number>',
    'serve operators a dashboard, /livez, /readyz, /metrics and /report; 0 takes a free port',
    parseWhole(0, MAX_PORT),
  )
  .option('--admin-host <address>', 'address of the admin port', '127.0.0.1')
  .option(
    '--admin-token-file <file>',
    'who shows the token in it may use the admin port; needed where that is not this machine alone',
  )
  .option('--print-config', 'print the settings as JSON, and end', false)
  .option('--v1-only', 'do not read frames, as a server of the first version', false)
  .addOption(
    fromEnvironment(new Option('--log-level <level>', 'what is logged to stderr'))
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .default('warn'),
  )
  .option('--log-every <n>', 'one of so many exchanges is logged, at info', parseWhole(1), 100)
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
  .command('keys')
  .description('add a key to a key file, made when missing; a server that uses it reads it again')
  .requiredOption('--out <file>', 'the key file: keep it secret')
  .option('--keep <n>', 'keep so many of the newest keys only', parseWhole(1, 64))
  .action(addKey);

program
  .command('token')
  .description('print a token that lets a TV in, signed by the newest key')
  .requiredOption('--keys <file>', 'a key file of the command keys')
  .requiredOption('--device-id <id>', 'the only TV that it lets in')
  .option('--expires-in <s>', 'seconds until it expires', parseWhole(1, MAX_TOKEN_S), 30 * DAY_S)
  .action(printToken);

onStore('report', 'print what a server did, as JSON: of a stopped one, or of a cluster').action(
  report,
);

onStore('backup', 'write what a stopped server, or a cluster, holds into one file')
  .requiredOption('--out <file>', 'the backup; replaced where it exists')
  .action(backup);

onStore('restore', 'make a store, or a cluster, from a backup, as a server of a new epoch')
  .requiredOption('--in <file>', 'the backup, of either')
  .option('--partitions <n>', 'on NATS: of the new cluster', parseWhole(1, 256))
  .addOption(replicasOption())
  .addOption(leaseOption())
  .action(restore);

onStore('forget', 'remove the record of one device: of a stopped server, or while a cluster runs')
  .requiredOption('--device-id <id>', 'the device, as it calls itself')
  .action(forget);

program
  .command('repartition')
  .description('change the number of partitions of a cluster whose servers are all stopped')
  .requiredOption(
    '--engine <engine>',
    'where NATS is: nats://HOST:PORT, several with commas',
    parseNats,
  )
  .option('--cluster <name>', 'which cluster', 'omega')
  .requiredOption('--partitions <n>', 'logs that devices are shared out over', parseWhole(1, 256))
  .option('--data <folder>', 'for copies of what NATS holds, while they are in use')
  .action(repartition);

await runProgram(program);

function leaseOption(): Option {
  return new Option(
    '--lease-ms <ms>',
    'on NATS: of a new cluster, until a silent owner is replaced; 4,000 unless set',
  ).argParser(parseWhole(500, 60_000));
}

/** A command for a folder's store or a cluster. */
function onStore(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--data <folder>', 'where the store lives; on NATS: for copies while they are in use')
    .option('--engine <engine>', 'level, or where NATS is, as for serve', parseEngine, 'level')
    .option('--cluster <name>', 'on NATS: which cluster', 'omega');
}

function replicasOption(): Option {
  return new Option('--replicas <n>', 'on NATS: copies of what is kept, on as many nodes')
    .argParser(parseWhole(1, 5))
    .default(1);
}

function parseNats(text: string): string {
  if (text === 'level') throw new InvalidArgumentError('Expected nats://HOST:PORT.');
  return parseEngine(text);
}

function parseEngine(text: string): string {
  if (/^(level|nats:\/\/[^\s,]+(,nats:\/\/[^\s,]+)*)$/.test(text)) return text;
  throw new InvalidArgumentError('Expected level or nats://HOST:PORT.');
}

function parseRegion(text: string): string {
  if (/^[A-Z]{2}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected two capital letters (ISO 3166-1 alpha-2), such as DE.');
}
