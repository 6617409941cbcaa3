import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  CommandError,
  checkOutput,
  createProgram,
  createProgress,
  parseWhole,
  resolveFromCaller,
  runProgram,
  signalOfProcess,
  UsageError,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { compareWithReal } from './agreement/compare.js';
import { assume, readAssumptions } from './assumptions.js';
import { planFleet, type FleetPlan, type PlanSettings } from './plan.js';
import { drawDay, drawIncident, drawStaleness } from './plots.js';
import {
  agreementToText,
  assumptionsToText,
  incidentsToText,
  short,
  sizingsToText,
} from './report.js';
import { INCIDENTS } from './scenarios.js';
import { readUnitCosts } from './unit-costs.js';

/** Measured once, with its command and machine in it. */
const MEASURED = fileURLToPath(new URL('../measured/load.json', import.meta.url));
/** As many as run in a minute or two. */
const REAL_TVS = 500;
const NAMES = INCIDENTS.map(({ name }) => name);

interface Options {
  readonly tvs: number;
  readonly days: number;
  readonly cohorts: number;
  readonly seed: number;
  readonly costs?: string;
  readonly assumptions?: string;
  readonly only?: readonly string[];
  readonly agreement: boolean;
  readonly json?: string;
  readonly svg?: string;
}

await runProgram(
  createProgram(
    'fleet',
    'Simulates a fleet of TVs: the servers that it needs, and what incidents do to them.',
  )
    .option('--tvs <n>', 'TVs of the fleet', parseWhole(1, 10_000_000_000), 400_000_000)
    .option('--days <n>', 'ordinary days', parseWhole(1, 30), 1)
    .option(
      '--cohorts <n>',
      'groups of TVs that do the same: more are slower and smoother',
      parseWhole(100, 1_000_000),
      50_000,
    )
    .option('--seed <n>', 'of chance', parseWhole(0), 1)
    .option('--costs <file>', 'what npm run load -- --json FILE wrote; default: measured/load.json')
    .option('--assumptions <file>', 'JSON object of those that differ, by name')
    .option('--only <names...>', `incidents: ${NAMES.join(', ')}, or none; default: all`)
    .option('--agreement', 'real TVs beside simulated ones, and nothing else', false)
    .option('--json <file>', 'the same figures, with their course over time, as JSON')
    .option('--svg <folder>', 'plots')
    .action(run),
);

async function run(options: Options): Promise<void> {
  const { tvs, json, svg } = options;
  const incidents = incidentsOf(options.only);
  const assumptions =
    options.assumptions === undefined
      ? assume()
      : await readAssumptions(resolveFromCaller(options.assumptions));
  const costs = await readUnitCosts(
    options.costs === undefined ? MEASURED : resolveFromCaller(options.costs),
  );
  const file = json && resolveFromCaller(json);
  if (file !== undefined) await checkOutput(file);
  const folder = svg && resolveFromCaller(svg);
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const progress = createProgress();
  try {
    const signal = signalOfProcess('nothing was written');
    const { stage: onStage } = progress;
    if (options.agreement) {
      await showAgreement({ costs, signal, onStage });
      return;
    }
    const plan = await planFleet({ ...options, incidents, costs, assumptions, signal, onStage });
    progress.done();
    process.stdout.write(
      [
        assumptionsToText(assumptions),
        sizingsToText([plan.sizing]),
        ...(plan.figures.length === 0 ? [] : [incidentsToText(plan.figures)]),
      ].join('\n'),
    );
    if (file !== undefined) {
      const figures = { settings: { tvs, assumptions, costs }, ...plan };
      await writeFileAtomically(file, `${JSON.stringify(figures, roundedNumbers)}\n`);
    }
    if (folder !== undefined) await writePlots(folder, plan, short(tvs));
  } finally {
    progress.done();
  }
}

type AgreementOptions = Pick<PlanSettings, 'costs' | 'signal' | 'onStage'>;

/** @throws CommandError where the two do not agree. */
async function showAgreement({ onStage, ...options }: AgreementOptions): Promise<void> {
  const agreement = await compareWithReal({
    ...options,
    tvs: REAL_TVS,
    onProgress: (share) => {
      onStage(`${REAL_TVS} real TVs, ${Math.round(100 * share)} %`);
    },
  });
  process.stdout.write(agreementToText(agreement));
  const other = agreement.comparisons.find(({ agrees }) => !agrees);
  if (other === undefined) return;
  throw new CommandError(`real TVs and simulated ones do not agree in ${other.what}`);
}

function incidentsOf(only: readonly string[] = NAMES): readonly string[] {
  const unknown = only.find((name) => !NAMES.includes(name) && name !== 'none');
  if (unknown === undefined) return only;
  throw new UsageError(`--only ${unknown}: expected ${NAMES.join(', ')}, or none`);
}

async function writePlots(
  folder: string,
  { day, incidents }: FleetPlan,
  tvs: string,
): Promise<void> {
  await writeFileAtomically(path.join(folder, 'day.svg'), drawDay(day, tvs));
  const names = new Set(incidents.map(({ scenario }) => scenario.name));
  for (const name of names) {
    const both = incidents.filter(({ scenario }) => scenario.name === name);
    await writeFileAtomically(path.join(folder, `${name}.svg`), drawIncident(both));
    if (name !== 'release') continue;
    await writeFileAtomically(path.join(folder, 'staleness.svg'), drawStaleness(both));
  }
}

/** Six digits are more than a simulation knows. */
function roundedNumbers(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(6))
    : value;
}
