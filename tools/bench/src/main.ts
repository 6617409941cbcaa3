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
  type ThreadOptions,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { plotSeries } from './plot-series.js';
import { drawRateDistortion } from './rate-distortion-plot.js';
import type { Report } from './report.js';
import { SINGLE_TABLES, type SingleTable } from './table-names.js';
import { reportToText } from './tables.js';
import type { BenchOrder } from './bench-thread.js';
import { learningToText } from './learning/learning-tables.js';
import { measureLearning } from './learning/measure-learning.js';
import { KNOWN_CHOICES, type KnownChoice } from './learning/trials.js';
import { loadUnseen } from './unseen.js';

interface Options {
  readonly json?: string;
  readonly svg?: string;
  readonly only?: SingleTable;
  readonly viewers?: string;
  readonly known: KnownChoice;
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
        .conflicts(['json', 'svg', 'viewers']),
    )
    .addOption(
      new Option(
        '--viewers <folder>',
        'what real viewers teach instead: a folder with titles.jsonl, titles.f16 and ratings.csv',
      ).conflicts(['svg']),
    )
    .addOption(
      new Option('--known <which>', 'with --viewers: which titles of a viewer are known')
        .choices(KNOWN_CHOICES)
        .default('time'),
    )
    .action(run),
);

async function run({ json, svg, only, viewers, known }: Options): Promise<void> {
  const [jsonFile, svgFile] = [json, svg].map((file) => file && resolveFromCaller(file));
  if (jsonFile !== undefined) await checkOutput(jsonFile);
  if (svgFile !== undefined)
    await checkOutput(svgFile, ...(jsonFile === undefined ? [] : [jsonFile]));
  if (only !== undefined) {
    process.stdout.write(await compute<string>(only));
    return;
  }
  if (viewers !== undefined) {
    const learning = await withProgress('nothing was printed or written', (options) =>
      measureLearning(resolveFromCaller(viewers), known, options),
    );
    process.stdout.write(learningToText(learning));
    if (jsonFile !== undefined) {
      await writeFileAtomically(jsonFile, `${JSON.stringify(learning)}\n`);
    }
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

function compute<Result>(only?: SingleTable): Promise<Result> {
  const order: BenchOrder = only === undefined ? {} : { only };
  const module = new URL('bench-thread.js', import.meta.url);
  return withProgress('nothing was printed or written', (options) =>
    computeInThread(module, order, options),
  );
}

/** @param ifInterrupted what to say then. */
async function withProgress<Result>(
  ifInterrupted: string,
  work: (options: ThreadOptions<string>) => Promise<Result>,
): Promise<Result> {
  const signal = signalOfProcess(ifInterrupted);
  const progress = createProgress();
  try {
    return await work({ signal, onStage: progress.stage });
  } finally {
    progress.done();
  }
}
