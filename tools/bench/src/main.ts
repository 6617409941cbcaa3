import { Option } from 'commander';
import {
  checkOutput,
  computeInThread,
  createProgram,
  createProgress,
  type Progress,
  plural,
  resolveFromCaller,
  runProgram,
  signalOfProcess,
  type ThreadOptions,
  UsageError,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { plotSeries } from './plot-series.js';
import { drawRateDistortion } from './rate-distortion-plot.js';
import type { Report } from './report.js';
import { SINGLE_TABLES, type SingleTable } from './table-names.js';
import { reportToText } from './tables.js';
import type { BenchOrder } from './bench-thread.js';
import { EXPERIMENTS, runExperiment, type Experiment } from './learning/experiments.js';
import { learningNotes, LearningTable } from './learning/learning-tables.js';
import { measureLearning, type LearningOptions } from './learning/measure-learning.js';
import { KNOWN_CHOICES, type KnownChoice } from './learning/trials.js';
import { loadUnseen } from './unseen.js';

interface Options {
  readonly json?: string;
  readonly svg?: string;
  readonly only?: SingleTable;
  readonly viewers?: string;
  readonly known: KnownChoice;
  readonly all: boolean;
  readonly shuffle?: true;
  readonly liars?: true;
  readonly privacy?: true;
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
    .addOption(
      new Option(
        '--shuffle',
        'with --viewers: what learning viewers completed is shuffled between them',
      ).conflicts(['liars', 'privacy', 'only']),
    )
    .option('--liars', 'with --viewers: what devices that lie can do instead')
    .option('--privacy', 'with --viewers: what deltas tell of a viewer instead')
    .option('--all', 'with --viewers: smaller fleets, k = 5 and reports at once too', false)
    .action(run),
);

async function run(options: Options): Promise<void> {
  const { json, svg, only, viewers, known, all, shuffle } = options;
  const [jsonFile, svgFile] = [json, svg].map((file) => file && resolveFromCaller(file));
  if (jsonFile !== undefined) await checkOutput(jsonFile);
  if (svgFile !== undefined)
    await checkOutput(svgFile, ...(jsonFile === undefined ? [] : [jsonFile]));
  if (only !== undefined) {
    process.stdout.write(await compute<string>(only));
    return;
  }
  const experiment = EXPERIMENTS.find((name) => options[name] === true);
  if (experiment !== undefined) {
    if (viewers === undefined) throw new UsageError(`--${experiment} needs --viewers <folder>`);
    await printExperiment(experiment, resolveFromCaller(viewers), jsonFile);
    return;
  }
  if (viewers !== undefined) {
    const folder = resolveFromCaller(viewers);
    await printLearning({ folder, known, all, isShuffled: shuffle === true }, jsonFile);
    return;
  }
  if (shuffle === true) throw new UsageError('--shuffle needs --viewers <folder>');
  const report = await compute<Report>();
  process.stdout.write(reportToText(report));
  if (jsonFile !== undefined) await writeFileAtomically(jsonFile, `${JSON.stringify(report)}\n`);
  if (svgFile !== undefined) {
    const titles = plural(loadUnseen().length, 'title');
    const title = `${titles} that the codebook has not seen, all-MiniLM-L6-v2`;
    await writeFileAtomically(svgFile, drawRateDistortion(title, plotSeries(report)));
  }
}

/** Prints each row once it is final, and writes what was measured so far with each. */
async function printLearning(
  order: Pick<LearningOptions, 'folder' | 'known' | 'all' | 'isShuffled'>,
  jsonFile: string | undefined,
): Promise<void> {
  const table = new LearningTable();
  const ifInterrupted = 'rows that are not printed yet were not measured to the end';
  const report = await withProgress(ifInterrupted, (options, progress) =>
    measureLearning({
      ...order,
      ...options,
      onReport: async (soFar) => {
        const text = table.next(soFar);
        if (text !== '') {
          progress.done();
          process.stdout.write(text);
        }
        if (jsonFile !== undefined) {
          await writeFileAtomically(jsonFile, `${JSON.stringify(soFar)}\n`);
        }
      },
    }),
  );
  process.stdout.write(learningNotes(report));
}

async function printExperiment(
  experiment: Experiment,
  folder: string,
  jsonFile: string | undefined,
): Promise<void> {
  await withProgress('what is not printed yet was not measured', (options, progress) =>
    runExperiment(experiment, {
      folder,
      ...options,
      onRows: async (text, soFar) => {
        progress.done();
        process.stdout.write(text);
        if (jsonFile !== undefined) {
          await writeFileAtomically(jsonFile, `${JSON.stringify({ [experiment]: soFar })}\n`);
        }
      },
    }),
  );
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
  work: (options: ThreadOptions<string>, progress: Progress) => Promise<Result>,
): Promise<Result> {
  const signal = signalOfProcess(ifInterrupted);
  const progress = createProgress();
  try {
    return await work({ signal, onStage: progress.stage }, progress);
  } finally {
    progress.done();
  }
}
