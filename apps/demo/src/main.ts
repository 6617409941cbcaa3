#!/usr/bin/env node
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createProgram, parseWhole, runProgram, signalOfProcess } from '@omega-tv/command-line';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import { noBytes } from './both-protocols.js';
import { Network } from './network.js';
import { play } from './play.js';
import { ServerHandle } from './server/server-handle.js';
import { booksBalance, describeSummary } from './summary.js';
import { SimulatedClock } from './world.js';

const MIN_DEVICES = 3;
const DEFAULT_SEED = 1;

interface DemoOptions {
  readonly keep: boolean;
  readonly seed: number;
}

const program = createProgram(
  'npm start --',
  'Simulated viewers, TVs that learn from them, and a Constellation: what the product does, ' +
    'in some minutes, on simulated time.',
)
  .option('--keep', 'keep the server up at the end, until Ctrl-C', false)
  .option('--seed <n>', 'other viewers, other evenings', parseWhole(0), DEFAULT_SEED)
  .action(runDemo);

// The demo's server is on this machine: no proxy leads there.
process.env.NO_PROXY = process.env.no_proxy = '127.0.0.1';

await runProgram(program);

async function runDemo({ keep, seed }: DemoOptions): Promise<void> {
  const signal = signalOfProcess('the server was stopped, and nothing is left behind');
  const folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-demo-'));
  const clock = new SimulatedClock(Date.now());
  const directory = path.join(folder, 'constellation');
  const server = new ServerHandle({ directory, minDevices: MIN_DEVICES, clock });
  const network = new Network();
  // What waits for the server then fails, and the demo ends.
  signal.addEventListener('abort', () => void server.kill());
  try {
    const codec = createMiniLmCodec();
    const world = {
      catalogue: loadCatalogue(),
      clock,
      server,
      network,
      folder,
      seed,
      codec,
      bytes: noBytes(),
    };
    const summary = await play(world, signal);
    process.stdout.write(`\n${describeSummary(summary)}\n`);
    if (!booksBalance(summary.televisions, summary.server)) process.exitCode = 1;
    if (keep) await keepServing(server, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await network.close();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function keepServing(server: ServerHandle, signal: AbortSignal): Promise<void> {
  await server.start();
  process.stdout.write(`\nThe Constellation is still up: ${server.url} (Ctrl-C ends it)\n`);
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}
