import { Option } from 'commander';
import {
  checkOutput,
  computeInThread,
  createProgram,
  createProgress,
  parseWhole,
  resolveFromCaller,
  runProgram,
  signalOfProcess,
  UsageError,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { inspectFrame } from '@omega-tv/compression';
import type { DecodedFrame } from './decode.js';
import type { EncodedFrame } from './encode.js';
import { readFrameFile } from './frame-file.js';
import type { DecodeOrder, EncodeOrder, FrameOrder } from './frame-thread.js';
import { toTable } from './inspection-table.js';
import { writePatterns, writeTrends } from './lines.js';

type EncodeArguments = EncodeOrder & { readonly out: string };
type DecodeArguments = DecodeOrder & { readonly out: string; readonly trendsOut?: string };

const MAX_SEED = 0xffffffff;
const program = createProgram('frame', 'Writes, reads and takes apart frames, offline.');

program
  .command('encode')
  .description('Writes patterns in one frame: all of them, or none.')
  .addOption(
    new Option('--kind <kind>', 'what a TV sends, or what a Constellation publishes')
      .choices(['delta', 'snapshot'])
      .makeOptionMandatory(),
  )
  .requiredOption('--in <file>', 'patterns as wire JSON, one a line; new_samples is optional')
  .option('--trends <file>', 'of a snapshot: trends as wire JSON, one a line')
  .option('--base <file>', 'full snapshot that the reader holds; a snapshot becomes a diff from it')
  .option('--full', 'with --base: the whole snapshot that follows the base, not the diff')
  .option('--budget <bytes>', 'of the whole frame, never exceeded', parseWhole(1))
  .option('--device-id <id>', 'of a delta', 'tv-1')
  .option('--seed <n>', 'the same files give the same bytes', parseWhole(0, MAX_SEED))
  .option('--timestamp <time>', 'RFC 3339; default: now, with --seed that of the newest trend')
  .requiredOption('--out <file>', 'where the frame goes')
  .action(encode);

program
  .command('decode')
  .description('Writes the patterns of a delta, a snapshot or a diff, in their order.')
  .requiredOption('--in <file>', 'the frame')
  .option('--base <file>', 'the full snapshot that it names')
  .option('--unbiased', 'for sums: embeddings of a delta without shrinkage')
  .requiredOption('--out <file>', 'patterns as wire JSON, one a line')
  .option('--trends-out <file>', 'trends as wire JSON, one a line')
  .option('--catalogue <file>', 'content ids, one a line, to name trends; others stay # and hash')
  .action(decode);

program
  .command('inspect')
  .description('Prints what each part of a frame costs. Needs neither base nor codebook.')
  .requiredOption('--in <file>', 'the frame')
  .option('--json', 'as JSON')
  .action(inspect);

await runProgram(program);

async function encode({ out, ...order }: EncodeArguments): Promise<void> {
  const { kind, base, full = false } = order;
  if (kind === 'delta' && order.trends !== undefined) {
    throw misused('trends', 'a delta carries no trends');
  }
  if (full && (kind === 'delta' || base === undefined)) {
    throw misused('full', 'is for a snapshot with --base');
  }
  const file = resolveFromCaller(out);
  await checkOutput(file, resolveFromCaller(order.in));
  const { bytes, summary } = await compute<EncodedFrame>({ command: 'encode', ...order });
  await writeFileAtomically(file, bytes);
  process.stderr.write(`${summary}\n`);
}

async function decode({ out, trendsOut, ...order }: DecodeArguments): Promise<void> {
  if (order.catalogue !== undefined && trendsOut === undefined) {
    throw misused('catalogue', 'names the trends of --trends-out, which is missing');
  }
  const source = resolveFromCaller(order.in);
  await checkOutput(resolveFromCaller(out), source);
  if (trendsOut !== undefined) {
    await checkOutput(resolveFromCaller(trendsOut), source, resolveFromCaller(out));
  }
  const { patterns, trends } = await compute<DecodedFrame>({ command: 'decode', ...order });
  await writePatterns(out, patterns);
  if (trendsOut !== undefined) await writeTrends(trendsOut, trends);
}

async function compute<Result>(order: FrameOrder): Promise<Result> {
  const signal = signalOfProcess('nothing was written');
  const progress = createProgress();
  try {
    return await computeInThread(new URL('frame-thread.js', import.meta.url), order, {
      signal,
      onStage: progress.stage,
    });
  } finally {
    progress.done();
  }
}

async function inspect(options: { in: string; json?: true }): Promise<void> {
  const inspection = inspectFrame(await readFrameFile(options.in));
  const text = options.json ? `${JSON.stringify(inspection, undefined, 2)}\n` : toTable(inspection);
  process.stdout.write(text);
}

function misused(option: string, reason: string): UsageError {
  return new UsageError(`--${option}: ${reason}`);
}
