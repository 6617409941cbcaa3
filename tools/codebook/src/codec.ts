import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  checkOutput,
  resolveFromCaller,
  runProgram,
  writeFileAtomically,
} from '@omega-tv/command-line';
import {
  createEmbeddingCodec,
  parseCodebook,
  type EmbeddingCodec,
} from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { readVectors, writeVectors } from './vector-file.js';
import { decodeStream, encodeStream } from './vector-stream.js';

interface Files {
  readonly in: string;
  readonly out: string;
  readonly codebook?: string;
}

const random = { next: () => randomBytes(4).readUInt32LE() / 0x100000000 };
const program = new Command('codec')
  .description('Codes files of embeddings in few bytes a vector, and decodes them.')
  .addHelpText(
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

async function encode(
  options: Files & { mode: 'download' | 'upload'; budget: number },
): Promise<void> {
  const out = resolveFromCaller(options.out);
  await checkOutput(out);
  const codec = await openCodec(options);
  const vectors = await readVectors(options.in, codec.codebook.space.dimension);
  say(`${vectors.length} vectors of ${codec.codebook.space.dimension} coordinates`);
  const { mode, budget: budgetBytesPerVector } = options;
  const { bytes, cosines } = encodeStream(codec, vectors, {
    mode,
    random,
    budgetBytesPerVector,
    onTry: (size, step) => {
      say(`step ${step.toFixed(5)}: ${(size / vectors.length).toFixed(2)} bytes a vector`);
    },
  });
  await writeFileAtomically(out, bytes);
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  say(
    `${options.out}: ${bytes.length} bytes, ${(bytes.length / vectors.length).toFixed(2)} a vector; ` +
      `mean cosine ${mean.toFixed(4)}`,
  );
}

async function decode(options: Files & { unbiased?: true }): Promise<void> {
  await checkOutput(resolveFromCaller(options.out));
  const codec = await openCodec(options);
  const bytes = await readFile(resolveFromCaller(options.in));
  const vectors = decodeStream(codec, bytes, options.unbiased ?? false);
  await writeVectors(options.out, vectors);
  say(`${options.out}: ${vectors.length} vectors of ${codec.codebook.space.dimension} coordinates`);
}

function withFiles(command: Command): Command {
  return command
    .requiredOption('--in <file>', 'what is read')
    .requiredOption('--out <file>', 'what is written')
    .option('--codebook <file>', 'instead of the one for all-MiniLM-L6-v2')
    .allowExcessArguments(false);
}

async function openCodec({ codebook }: Files): Promise<EmbeddingCodec> {
  if (codebook === undefined) return createEmbeddingCodec(readMiniLmCodebook());
  return createEmbeddingCodec(parseCodebook(await readFile(resolveFromCaller(codebook))));
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
