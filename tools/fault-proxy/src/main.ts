import { InvalidArgumentError } from 'commander';
import { createProgram, parseFraction, parseWhole, runProgram } from '@omega-tv/command-line';
import { FAULT_NOTATIONS } from '@omega-tv/fault-proxy';
import { serve } from './serve.js';

const MAX_PORT = 65_535;
const MAX_SEED = 0xffffffff;

const faults = Object.values(FAULT_NOTATIONS)
  .map(({ form, means, isTcp }) => `  ${form.padEnd(32)} ${means}${isTcp === true ? ' [tcp]' : ''}`)
  .join('\n');

await runProgram(
  createProgram(
    'fault-proxy',
    'Stands between a TV and its server, and breaks what passes through as networks do, until Ctrl-C; prints one line with its URL when ready.',
  )
    .requiredOption('--target <url>', 'http://host:port of the server', parseTarget)
    .option(
      '--fault <fault>',
      'see below; may be repeated: one an exchange, in order, then none',
      collect,
      [],
    )
    .option('--rate <share>', 'draw the faults at random, for this share of all', parseFraction)
    .option('--seed <n>', 'draws the same faults again', parseWhole(0, MAX_SEED), 1)
    .option('--tcp', 'faults of connections, whatever they carry: TLS too', false)
    .option(
      '--port <n>',
      'to listen on, on loopback; 0 takes a free one',
      parseWhole(0, MAX_PORT),
      0,
    )
    .addHelpText('after', `\nFaults ([tcp]: of connections too):\n${faults}`)
    .action(serve),
);

function collect(fault: string, before: readonly string[]): readonly string[] {
  return [...before, fault];
}

function parseTarget(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && url.href === `${url.origin}/`) return url;
  throw new InvalidArgumentError('Expected a URL such as http://127.0.0.1:8787.');
}
