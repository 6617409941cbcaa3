import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  checkOutput,
  computeInThread,
  createProgram,
  createProgress,
  plural,
  resolveFromCaller,
  runProgram,
  signalOfProcess,
  writeFileAtomically,
} from '@omega-tv/command-line';
import type { CodecOrder, CodedVectors, DecodeOrder, EncodeOrder } from './codec-thread.js';
import { writeVectors } from './vector-file.js';

const program = createProgram(
  'codec',
  'Codes files of embeddings in few bytes a vector, and decodes them.',
).addHelpText(
  'after',
  `
Vectors are rows of little-endian 32-bit floats (384 for all-MiniLM-L6-v2), or of 16-bit floats where
the name ends in .f16. A coded file needs nothing but the codebook to be read.

Examples:
  codec encode --in titles.f32 --mode download --budget 64 --out titles.codec
  codec decode --in titles.codec --out decoded.f32`,
);

withFiles(program.command('encode'))
  .description('Codes all rows of a file in one stream.')
  .addOption(
    new Option('--mode <mode>', 'least error (download), or unbiased for averages (upload)')
      .choices(['download', 'upload'])
      .makeOptionMandatory(),
  )
  .requiredOption(
    '--budget <bytes>',
    'mean bytes a vector of the whole coded file, never exceeded',
    parseBudget,
  )
  .action(encode);

withFiles(program.command('decode'))
  .description('Decodes a stream to rows of 32-bit floats, in their order.')
  .option('--unbiased', 'for sums: upload vectors without shrinkage')
  .action(decode);

await runProgram(program);

async function encode({ out, ...order }: EncodeOrder & { out: string }): Promise<void> {
  const file = resolveFromCaller(out);
  await checkOutput(file, resolveFromCaller(order.in));
  const { bytes, count, meanCosine } = await compute<CodedVectors>({ command: 'encode', ...order });
  await writeFileAtomically(file, bytes);
  say(
    `${out}: ${plural(bytes.length, 'byte')}, ${(bytes.length / count).toFixed(2)} a vector; ` +
      `mean cosine ${meanCosine.toFixed(4)}`,
  );
}

async function decode({ out, ...order }: DecodeOrder & { out: string }): Promise<void> {
  await checkOutput(resolveFromCaller(out), resolveFromCaller(order.in));
  const vectors = await compute<readonly Float32Array[]>({ command: 'decode', ...order });
  await writeVectors(out, vectors);
  const dimension = vectors[0]?.length ?? 0;
  say(`${out}: ${plural(vectors.length, 'vector')} of ${plural(dimension, 'coordinate')}`);
}

async function compute<Result>(order: CodecOrder): Promise<Result> {
  const signal = signalOfProcess('nothing was written');
  const progress = createProgress();
  try {
    return await computeInThread(new URL('codec-thread.js', import.meta.url), order, {
      signal,
      onStage: progress.stage,
    });
  } finally {
    progress.done();
  }
}

function withFiles(command: Command): Command {
  return command
    .requiredOption('--in <file>', 'what is read')
    .requiredOption('--out <file>', 'what is written')
    .option('--codebook <file>', 'instead of the one for all-MiniLM-L6-v2');
}

function parseBudget(text: string): number {
  const value = Number(text);
  if (value > 0 && value < Infinity) return value;
  throw new InvalidArgumentError('Expected a number of bytes above 0.');
}

/** Stdout is for what a command promises; this one promises files. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
