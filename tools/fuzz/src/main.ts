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
import { normaliseBaseUrl } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import type { FuzzOrder, FuzzOutcome, FuzzStage } from './fuzz-thread.js';
import { fuzzHttp, HttpFuzzFailure } from './http-fuzz.js';
import { TARGET_NAMES } from './targets.js';

const MAX_SEED = 0xffffffff;
const DECODER_RUNS = 1_000_000;
const HTTP_RUNS = 100_000;

interface Options extends Omit<FuzzOrder, 'runs'> {
  readonly runs?: number;
  readonly http?: string;
  readonly token?: string;
}

await runProgram(
  createProgram('fuzz', 'Gives mutated frames to every decoder, or to a running server.')
    .option('--runs <n>', 'inputs for each decoder (1,000,000), or bodies (100,000)', parseWhole(1))
    .option('--seed <n>', 'the same inputs again', parseWhole(0, MAX_SEED), 1)
    .addOption(new Option('--target <name>', 'one decoder only').choices(TARGET_NAMES))
    .option('--http <url>', 'sends mutated bodies to the Constellation there instead')
    .option('--token <token>', 'of a device, where that one wants tokens')
    .action(({ http, ...options }: Options) =>
      http === undefined
        ? fuzzDecoders({ ...options, runs: options.runs ?? DECODER_RUNS })
        : fuzzServer(http, options),
    ),
);

async function fuzzServer(url: string, { runs, seed, token }: Options): Promise<void> {
  const bodies = runs ?? HTTP_RUNS;
  const signal = signalOfProcess('not all bodies were sent');
  const progress = createProgress();
  progress.stage(`${bodies} bodies`);
  try {
    const statuses = await fuzzHttp({
      url: normaliseBaseUrl(url),
      bodies,
      random: createRandom('fuzz', seed),
      signal,
      onProgress: (sent) => {
        progress.stage(`${sent} of ${bodies} bodies`);
      },
      ...(token === undefined ? {} : { token }),
    });
    progress.done();
    signal.throwIfAborted();
    const lines = Array.from(statuses, ([status, count]) => `${status}: ${count}\n`);
    process.stdout.write(lines.join(''));
  } catch (error) {
    if (error instanceof HttpFuzzFailure) throw new CommandError(error.message);
    throw error;
  } finally {
    progress.done();
  }
}

async function fuzzDecoders(order: FuzzOrder): Promise<void> {
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
