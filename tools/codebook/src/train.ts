import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { parseWhole, resolveFromCaller, runProgram } from '@omega-tv/command-line';
import { parseCodebook } from '@omega-tv/embedding-codec';
import { trainCodebook } from './train-codebook.js';
import type { TrainingSet } from './training-set.js';
import { readVectors } from './vector-file.js';

/** Rows whose index is divisible by this are held out where a source says so. */
const HELD_OUT_EVERY = 5;

interface Options {
  readonly out: string;
  readonly model: string;
  readonly revision: string;
  readonly dtype: string;
  readonly recipe: string;
  readonly dimension: number;
  readonly classes: number;
  readonly states: number;
  readonly samples: number;
}

const program = new Command('codebook')
  .description('Trains a codebook of the embedding codec from files of vectors.')
  .argument(
    '<sources...>',
    'FILE, FILE:WEIGHT or FILE:WEIGHT:heldout (without every fifth row); .f16 or .f32',
  )
  .requiredOption('--out <file>', 'where the codebook goes')
  .option('--model <name>', 'of the space', 'sentence-transformers/all-MiniLM-L6-v2')
  .option('--revision <name>', 'of the model', 'main')
  .option('--dtype <name>', 'that the model ran in', 'float32')
  .option('--recipe <text>', 'how texts were made', 'title, genres, synopsis, keywords')
  .option('--dimension <n>', 'coordinates of a vector', parseWhole(1, 4096), 384)
  .option('--classes <n>', 'class means', parseWhole(1, 4096), 256)
  .option('--states <n>', 'of the trellis: 4, 8, ... 256', parseWhole(4, 256), 64)
  .option('--samples <n>', 'vectors that train the tables', parseWhole(1), 4000)
  .allowExcessArguments(false)
  .action(run);

await runProgram(program);

async function run(sources: readonly string[], options: Options): Promise<void> {
  const { model, revision, dtype, recipe, dimension } = options;
  const set = await readSources(sources, dimension);
  const space = { model, revision, dtype, recipe, dimension };
  const bytes = trainCodebook(set, { ...options, space }, (message) => {
    process.stderr.write(`${message}\n`);
  });
  await writeFile(resolveFromCaller(options.out), bytes);
  process.stderr.write(`codebook ${parseCodebook(bytes).id}: ${bytes.length} bytes\n`);
}

async function readSources(sources: readonly string[], dimension: number): Promise<TrainingSet> {
  const rows: Float32Array[] = [];
  const weights: number[] = [];
  for (const source of sources) {
    const [file = '', weight = '1', mark] = source.split(':');
    if (!(Number(weight) > 0) || (mark ?? 'heldout') !== 'heldout') {
      throw new RangeError(`${source}: expected FILE, FILE:WEIGHT or FILE:WEIGHT:heldout.`);
    }
    const all = await readVectors(file, dimension);
    const kept = mark === undefined ? all : all.filter((_, i) => i % HELD_OUT_EVERY !== 0);
    for (const row of kept) {
      rows.push(row);
      weights.push(Number(weight));
    }
  }
  return { rows, weights, dimension };
}
