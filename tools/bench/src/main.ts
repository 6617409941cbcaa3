import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { loadCatalogue } from '@omega-tv/catalogue';
import { resolveFromCaller, runProgram } from '@omega-tv/command-line';
import { CodecContext, createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { AVERAGED, errorsOfMeans } from './averages.js';
import { waterFillingBytes, waterFillingCosine, withVariancesOf } from './bound.js';
import { codecMethod, fixedStepMethod } from './codec-methods.js';
import { productQuantization, rotatedGrid } from './learned-methods.js';
import { measure, type Measurement } from './measure.js';
import { float16Method, integerMethod, jsonMethod } from './plain-methods.js';

const AVERAGED_TITLES = 12;
const CLASS_BYTES = 1;

const program = new Command('bench')
  .description('Compares ways to send embeddings, on the titles that no codebook has seen.')
  .option('--json <file>', 'the same figures as JSON')
  .allowExcessArguments(false)
  .action(run);

await runProgram(program);

async function run({ json }: { readonly json?: string }): Promise<void> {
  const titles = loadCatalogue();
  const unseen = titles.filter((title) => title.heldOut).map((title) => title.embedding);
  const training = titles.filter((title) => !title.heldOut).map((title) => title.embedding);
  const codec = createEmbeddingCodec(readMiniLmCodebook());
  const methods = [
    jsonMethod(),
    ...[0.01, 0.02, 0.05].map(jsonMethod),
    float16Method,
    integerMethod(8),
    integerMethod(4),
    rotatedGrid(384, 2),
    rotatedGrid(384, 1),
    productQuantization(training, 64),
    ...[32, 48, 64, 96, 128].map((bytes) => codecMethod(codec, 'download', bytes, Infinity)),
    codecMethod(codec, 'download', 64, 10),
    codecMethod(codec, 'download', 64, 1),
    ...[48, 72, 96].map((bytes) => codecMethod(codec, 'upload', bytes, Infinity)),
    codecMethod(codec, 'upload', 72, 10),
    fixedStepMethod(codec, 'download', 0.0247),
    fixedStepMethod(codec, 'upload', 0.0285),
  ];
  const rows: Measurement[] = [];
  for (const method of methods) rows.push(await measure(method, unseen));
  const bound = boundOf(unseen);
  print(
    [
      'way',
      'B a vector',
      'bound B',
      'cosine',
      '1st percentile',
      'recall@10',
      'encode ms',
      'decode ms',
    ],
    rows.map((row) => [
      row.name,
      row.bytes.toFixed(1),
      row.cosine > 0.9995 ? '' : (CLASS_BYTES + waterFillingBytes(bound, row.cosine)).toFixed(1),
      row.cosine.toFixed(4),
      row.cosineP1.toFixed(4),
      row.recallAt10.toFixed(3),
      row.encodeMs.toFixed(3),
      row.decodeMs.toFixed(3),
    ]),
  );
  process.stdout.write(
    `\nBound at 64 B: ${waterFillingCosine(bound, 64 - CLASS_BYTES).toFixed(4)} (Gaussian reverse ` +
      `water-filling, the shipped basis and classes, variances of the unseen titles).\n\n`,
  );
  const few = unseen.slice(0, AVERAGED_TITLES);
  const averages = [
    { name: 'download', errors: errorsOfMeans(codec, few, 'download', 0.0247) },
    { name: 'upload', errors: errorsOfMeans(codec, few, 'upload', 0.0285) },
  ];
  print(
    ['squared error of the mean of n', ...AVERAGED.map((n) => `n = ${n}`)],
    averages.map(({ name, errors }) => [name, ...errors.map((error) => error.toFixed(5))]),
  );
  if (json !== undefined) {
    await writeFile(resolveFromCaller(json), `${JSON.stringify({ rows, averages })}\n`);
  }

  function boundOf(vectors: readonly Float32Array[]): typeof codec.codebook {
    const { transform, classes } = new CodecContext(codec.codebook);
    const residuals = vectors.map((vector) => {
      const coordinates = transform.forward(vector);
      const means = classes.coordinates(classes.nearest(coordinates));
      return coordinates.map((value, axis) => value - (means[axis] ?? 0));
    });
    return withVariancesOf(codec, residuals);
  }
}

function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  process.stdout.write(line(head) + line(head.map(() => '---')) + rows.map(line).join(''));
}
