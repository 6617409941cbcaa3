import { Option } from 'commander';
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
import { plotSeries } from './plot-series.js';
import { drawRateDistortion } from './rate-distortion-plot.js';
import type { Report } from './report.js';
import { SINGLE_TABLES, type SingleTable } from './table-names.js';
import { reportToText } from './tables.js';
import type { BenchOrder } from './bench-thread.js';
import { loadUnseen } from './unseen.js';

interface Options {
  readonly json?: string;
  readonly svg?: string;
  readonly only?: SingleTable;
}

await runProgram(
  createProgram(
    'bench',
    'Compares ways to send embeddings, on the titles that no codebook has seen.',
  )
    .option('--json <file>', 'the same figures as JSON')
    .option('--svg <file>', 'size against cosine as a plot')
    .addOption(
      new Option('--only <table>', 'one table of the documents instead')
        .choices(SINGLE_TABLES)
        .conflicts(['json', 'svg']),
    )
    .action(run),
);

async function run({ json, svg, only }: Options): Promise<void> {
  const [jsonFile, svgFile] = [json, svg].map((file) => file && resolveFromCaller(file));
  if (jsonFile !== undefined) await checkOutput(jsonFile);
  if (svgFile !== undefined)
    await checkOutput(svgFile, ...(jsonFile === undefined ? [] : [jsonFile]));
  if (only !== undefined) {
    process.stdout.write(await compute<string>(only));
    return;
  }
  const report = await compute<Report>();
  process.stdout.write(reportToText(report));
  if (jsonFile !== undefined) await writeFileAtomically(jsonFile, `${JSON.stringify(report)}\n`);
  if (svgFile !== undefined) {
    const titles = plural(loadUnseen().length, 'title');
    const title = `${titles} that the codebook has not seen, all-MiniLM-L6-v2`;
    await writeFileAtomically(svgFile, drawRateDistortion(title, plotSeries(report)));
  }
}

async function compute<Result>(only?: SingleTable): Promise<Result> {
  const order: BenchOrder = only === undefined ? {} : { only };
  const signal = signalOfProcess('nothing was printed or written');
  const progress = createProgress();
  try {
    return await computeInThread(new URL('bench-thread.js', import.meta.url), order, {
      signal,
      onStage: progress.stage,
    });
  } finally {
    progress.done();
  }
}
