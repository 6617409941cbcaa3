import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { resolveFromCaller, runProgram } from '@omega-tv/command-line';
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
const program = new Command('codec').description('Codes files of vectors in few bytes.');

withFiles(program.command('encode'))
  .description('Codes rows of little-endian floats (.f32; .f16 by name) in one stream.')
  .addOption(
    new Option('--mode <mode>', 'least error, or unbiased for averages')
      .choices(['download', 'upload'])
      .makeOptionMandatory(),
  )
  .requiredOption('--budget <bytes>', 'mean per vector, never exceeded', parseBudget)
  .action(async (options: Files & { mode: 'download' | 'upload'; budget: number }) => {
    const codec = await openCodec(options);
    const vectors = await readVectors(options.in, codec.codebook.space.dimension);
    const { mode, budget: budgetBytesPerVector } = options;
    const bytes = encodeStream(codec, vectors, { mode, random, budgetBytesPerVector });
    await writeFile(resolveFromCaller(options.out), bytes);
  });

withFiles(program.command('decode'))
  .description('Decodes a stream to rows of 32-bit floats, in their order.')
  .option('--unbiased', 'for sums: upload vectors without shrinkage')
  .action(async (options: Files & { unbiased?: true }) => {
    const codec = await openCodec(options);
    const bytes = await readFile(resolveFromCaller(options.in));
    await writeVectors(options.out, decodeStream(codec, bytes, options.unbiased ?? false));
  });

await runProgram(program);

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
  if (value > 0) return value;
  throw new InvalidArgumentError('Expected a number of bytes above 0.');
}
