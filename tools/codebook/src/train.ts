import { InvalidArgumentError, Option } from 'commander';
import {
  checkOutput,
  computeInThread,
  createProgram,
  createProgress,
  parseWhole,
  plural,
  resolveFromCaller,
  runProgram,
  signalOfProcess,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { parseCodebook } from '@omega-tv/embedding-codec';
import { TRELLIS_STATES } from './train-codebook.js';
import type { TrainingOrder } from './training-thread.js';

interface Options {
  readonly out: string;
  readonly model: string;
  readonly revision: string;
  readonly dtype: string;
  readonly recipe: string;
  readonly dimension: number;
  readonly classes: number;
  readonly states: string;
  readonly samples: number;
}

const program = createProgram(
  'codebook',
  'Trains a codebook of the embedding codec from files of embeddings.',
)
  .argument(
    '<sources...>',
    'FILE, FILE:WEIGHT or FILE:WEIGHT:heldout (without every fifth row, the first included)',
  )
  .requiredOption('--out <file>', 'where the codebook goes')
  .option('--model <name>', 'of the space', parseName, 'sentence-transformers/all-MiniLM-L6-v2')
  .option('--revision <name>', 'of the model', parseName, 'main')
  .option('--dtype <name>', 'that the model ran in', parseName, 'float32')
  .option('--recipe <text>', 'how texts were made', parseName, 'title, genres, synopsis, keywords')
  .option('--dimension <n>', 'coordinates of a vector', parseWhole(1, 4096), 384)
  .option('--classes <n>', 'class means', parseWhole(1, 4096), 256)
  .addOption(
    new Option('--states <n>', 'of the trellis: more are finer and encode more slowly')
      .choices(TRELLIS_STATES.map(String))
      .default('64'),
  )
  .option('--samples <n>', 'vectors that train the tables', parseWhole(1, 1_000_000), 4000)
  .addHelpText(
    'after',
    `
Sources are rows of little-endian 32-bit floats, or of 16-bit floats where the name ends in .f16. A
weight says how much each row counts. The same sources and options give the same bytes anywhere.

Example, for a model of 768 dimensions:
  codebook general.f16:1 mine.f32:10:heldout --model NAME --dimension 768 --out mine.codebook`,
  )
  .action(run);

await runProgram(program);

async function run(
  sources: readonly string[],
  { out, states, ...options }: Options,
): Promise<void> {
  const file = resolveFromCaller(out);
  await checkOutput(file);
  const signal = signalOfProcess('nothing was written');
  const progress = createProgress();
  const { model, revision, dtype, recipe, dimension, classes, samples } = options;
  const space = { model, revision, dtype, recipe, dimension };
  const order: TrainingOrder = {
    sources,
    options: { space, classes, samples, states: Number(states) },
  };
  const thread = new URL('training-thread.js', import.meta.url);
  try {
    const bytes = await computeInThread<Uint8Array>(thread, order, {
      signal,
      onStage: progress.stage,
    });
    await writeFileAtomically(file, bytes);
    progress.done();
    process.stderr.write(`codebook ${parseCodebook(bytes).id}: ${plural(bytes.length, 'byte')}\n`);
  } finally {
    progress.done();
  }
}

/** A name goes into the codebook behind one byte that says its length. */
function parseName(text: string): string {
  if (/^[\x20-\x7e]{0,255}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected at most 255 characters of printable ASCII.');
}
