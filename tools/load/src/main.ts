import { availableParallelism, cpus, loadavg } from 'node:os';
import {
  checkOutput,
  CommandError,
  createProgram,
  createProgress,
  parseWhole,
  resolveFromCaller,
  runProgram,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { normaliseBaseUrl } from '@omega-tv/protocol';
import { missingNats } from '@omega-tv/test-support/nats';
import { clusterReportToText } from './cluster-report.js';
import { reportToText, unitCostsOf, urlRowsToText } from './load-report.js';
import { measureLoad, type LoadSettings } from './measure.js';
import { measureCluster, type ClusterSettings } from './measure-cluster.js';
import { measureUrl } from './measure-url.js';

interface Options {
  readonly tvs: number;
  readonly seconds: number;
  readonly connections: number;
  readonly rounds: number;
  readonly workers: number;
  readonly devices: number;
  readonly json?: string;
  readonly quick: boolean;
  readonly partitions?: readonly number[];
  readonly url?: string;
  readonly keys?: string;
}

/** For CI: seconds, not minutes. Its figures are rough. */
const QUICK: Partial<LoadSettings> = {
  tvs: 1000,
  seconds: 1,
  rounds: 1,
  variants: 2,
  devices: 2000,
};
const VARIANTS = 12;

await runProgram(
  createProgram(
    'load',
    'Measures a Constellation under thousands of TVs over HTTP, beside bare Fastify. Its servers learn all ' +
      'that a TV brings: no half-life has its cap of samples.',
  )
    .option('--tvs <n>', 'TVs, each with its token', parseWhole(1, 1_000_000), 5000)
    .option('--seconds <s>', 'of each run', parseWhole(1, 3600), 5)
    .option('--connections <n>', 'at once', parseWhole(1, 10_000), 32)
    .option('--rounds <n>', 'runs of each kind; medians are shown', parseWhole(1, 99), 5)
    .option(
      '--workers <n>',
      'threads of the server that decode',
      parseWhole(0, 64),
      Math.min(4, Math.max(1, availableParallelism() - 1)),
    )
    .option('--devices <n>', 'devices whose room is measured', parseWhole(1), 100_000)
    .option(
      '--partitions <list>',
      'measure clusters on NATS of so many partitions, beside the embedded engine: 1,2,4',
      parsePartitions,
    )
    .option('--url <url>', 'a Constellation that runs, instead of one of its own')
    .option('--keys <file>', 'its key file, where it wants tokens')
    .option('--json <file>', 'the same figures, and the costs of a unit, as JSON')
    .option('--quick', 'a rough run of some seconds, for tests', false)
    .action(run),
);

async function run({ json, quick, url, keys, partitions, ...options }: Options): Promise<void> {
  const file = json && resolveFromCaller(json);
  if (file !== undefined) await checkOutput(file);
  const settings: LoadSettings = { ...options, variants: VARIANTS, ...(quick ? QUICK : {}) };
  const progress = createProgress();
  try {
    const [text, figures] =
      partitions !== undefined
        ? await measureClusters({ ...settings, partitions }, progress.stage)
        : url === undefined
          ? await measureHere(settings, progress.stage)
          : await measureThere(url, keys, settings, progress.stage);
    progress.done();
    process.stdout.write(text);
    const json = `${JSON.stringify({ ...origin(settings, partitions), ...figures }, null, 2)}\n`;
    if (file !== undefined) await writeFileAtomically(file, json);
  } finally {
    progress.done();
  }
}

/** What the figures were had with, and on which machine. */
function origin(
  { rounds, seconds, tvs, devices }: LoadSettings,
  partitions: readonly number[] | undefined,
): object {
  const more =
    partitions === undefined ? `--devices ${devices}` : `--partitions ${partitions.join(',')}`;
  return {
    command: `npm run load -- --rounds ${rounds} --seconds ${seconds} --tvs ${tvs} ${more}`,
    machine: {
      processors: cpus().length,
      model: cpus()[0]?.model ?? '',
      node: process.version,
      loadAverage: loadavg()[0] ?? 0,
    },
  };
}

/** @throws CommandError where there is no NATS. */
async function measureClusters(
  settings: ClusterSettings,
  onStage: OnStage,
): Promise<[string, object]> {
  const missing = missingNats();
  if (missing !== undefined) throw new CommandError(`Clusters cannot be measured: ${missing}`);
  const report = await measureCluster(settings, onStage);
  return [clusterReportToText(report), report];
}

function parsePartitions(text: string): readonly number[] {
  return text.split(',').map((one) => parseWhole(1, 256)(one));
}

type OnStage = (stage: string) => void;

async function measureHere(settings: LoadSettings, onStage: OnStage): Promise<[string, object]> {
  const report = await measureLoad(settings, onStage);
  return [reportToText(report), { ...report, unitCosts: unitCostsOf(report) }];
}

async function measureThere(
  url: string,
  keys: string | undefined,
  settings: LoadSettings,
  onStage: OnStage,
): Promise<[string, object]> {
  const keysFile = keys === undefined ? {} : { keysFile: resolveFromCaller(keys) };
  const rows = await measureUrl({ url: normaliseBaseUrl(url), ...keysFile }, settings, onStage);
  return [urlRowsToText(rows), { rows }];
}
