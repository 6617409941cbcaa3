#!/usr/bin/env node
import { once } from 'node:events';
import {
  createProgram,
  createProgress,
  parseWhole,
  runProgram,
  signalOfProcess,
} from '@omega-tv/command-line';
import { openLearned } from './server/learned-constellation.js';
import { serveScreen } from './server/screen-server.js';

const MAX_PORT = 65_535;
const DEFAULT_PORT = 8790;
const DEFAULT_TVS = 100;

interface ScreenOptions {
  readonly port: number;
  readonly tvs: number;
}

const program = createProgram(
  'npm run tv-screen --',
  'A TV screen for a browser on this machine, and a Constellation in memory that learns from ' +
    'simulated viewers first. Prints one line with its URL when ready.',
)
  .option(
    '--port <number>',
    'port to listen on; 0 takes a free one',
    parseWhole(0, MAX_PORT),
    DEFAULT_PORT,
  )
  .option('--tvs <n>', 'simulated TVs that teach it', parseWhole(10, 1000), DEFAULT_TVS)
  .action(runScreen);

await runProgram(program);

/** Learns, then serves until a signal arrives. */
async function runScreen({ port, tvs }: ScreenOptions): Promise<void> {
  const signal = signalOfProcess('the server had not learned yet, and nothing is left behind');
  const progress = createProgress();
  const learned = await openLearned({
    tvs,
    seed: 'tv-screen',
    signal,
    onDay: (day, days) => {
      progress.stage(`${tvs} simulated TVs: day ${day} of ${days} learned`);
    },
  });
  try {
    const server = await serveScreen(learned, port);
    progress.done();
    process.stdout.write(`The TV screen is at ${server.url} (Ctrl-C ends it)\n`);
    if (!signal.aborted) await once(signal, 'abort');
    await server.close();
  } finally {
    await learned.close();
  }
}
