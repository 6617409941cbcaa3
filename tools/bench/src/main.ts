import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { resolveFromCaller, runProgram } from '@omega-tv/command-line';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { plotSeries } from './plot-series.js';
import { drawRateDistortion } from './rate-distortion-plot.js';
import { createReport } from './report.js';
import { reportToText } from './tables.js';
import { loadUnseen } from './unseen.js';

interface Options {
  readonly json?: string;
  readonly svg?: string;
}

const program = new Command('bench')
  .description('Compares ways to send embeddings, on the titles that no codebook has seen.')
  .option('--json <file>', 'the same figures as JSON')
  .option('--svg <file>', 'size against cosine as a plot')
  .allowExcessArguments(false)
  .action(run);

await runProgram(program);

async function run({ json, svg }: Options): Promise<void> {
  const unseen = loadUnseen();
  const codec = createEmbeddingCodec(readMiniLmCodebook());
  const report = await createReport(codec, unseen, (what) => {
    process.stderr.write(`${what}\n`);
  });
  process.stdout.write(reportToText(report));
  if (json !== undefined) {
    await writeFile(resolveFromCaller(json), `${JSON.stringify(report)}\n`);
  }
  if (svg !== undefined) {
    const title = `${unseen.length} titles that the codebook has not seen, all-MiniLM-L6-v2`;
    await writeFile(resolveFromCaller(svg), drawRateDistortion(title, plotSeries(report)));
  }
}
