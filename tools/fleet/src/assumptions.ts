import { readFile } from 'node:fs/promises';
import { checkInput, CommandError } from '@omega-tv/command-line';
import { parseJson } from './unit-costs.js';

/** A number that was not measured, what it means, and what it may be. */
interface Assumption {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly says: string;
}

const of = (value: number, unit: string, says: string, min = 0, max = 1e9): Assumption => ({
  ...{ value, unit, says, min, max },
});

/** All that the simulation takes for granted beside what was measured. */
const ASSUMPTIONS = {
  publishEveryS: of(600, 's', 'between two publications', 10, 86_400),
  onNight: of(
    0.25,
    'share',
    'of TVs that are on at 4 in the night, standby with network included',
    0.01,
    1,
  ),
  onDay: of(0.5, 'share', 'of TVs that are on from 9 to 16', 0.01, 1),
  onEvening: of(0.9, 'share', 'of TVs that are on at 20:30', 0.01, 1),
  learningPart: of(0.3, 'share', 'of ten-minute spans of a TV that is on in which it learns', 0, 1),
  tenPatternsPart: of(
    1 / 6,
    'share',
    'of those in which it learns ten patterns, else one to three',
    0,
    1,
  ),
  requestHeadUp: of(600, 'B', 'of each request beside its body: HTTP, token, TLS', 0, 65_536),
  requestHeadDown: of(400, 'B', 'of each answer beside its body', 0, 65_536),
  coresPerServer: of(8, 'processors', 'of a server, each like the one that was measured', 1, 1024),
  serverUse: of(0.4, 'share', 'of the processors that an ordinary peak may use', 0.01, 1),
  clusterPushMs: of(
    0.6,
    'ms',
    'of a processor that a push costs beside on a cluster: edge to owner, NATS, the publisher',
    0,
    1000,
  ),
  partitionUse: of(0.5, 'share', 'of the one thread that decides for a partition', 0.01, 1),
  replicas: of(3, 'nodes', 'that keep the log and the checkpoints', 1, 9),
  busEnvelope: of(20, 'B', 'that the bus adds to a delta, where it was not measured', 0, 65_536),
  logKeptS: of(3600, 's', 'that deltas stay on the disk', 1, 86_400),
  processMemoryMb: of(400, 'MB', 'of a server without devices', 1, 1e6),
  cdnPops: of(
    20,
    'places',
    'of the CDN in each region, each of which asks the origin once',
    1,
    10_000,
  ),
  requestTimeoutS: of(30, 's', 'that a TV waits for an answer', 1, 600),
  serverHourPrice: of(0.3, 'USD', 'an hour of a server', 0, 1e6),
  originGbPrice: of(0.05, 'USD', 'a GB that the servers send', 0, 1e6),
  cdnGbPrice: of(0.02, 'USD', 'a GB that the CDN sends', 0, 1e6),
  diskGbPrice: of(0.1, 'USD', 'a GB of disk for a month', 0, 1e6),
} as const;

export type Assumptions = Readonly<Record<keyof typeof ASSUMPTIONS, number>>;

const NAMES = Object.keys(ASSUMPTIONS) as (keyof typeof ASSUMPTIONS)[];

/** The defaults, with what is changed. */
export function assume(changes: Partial<Assumptions> = {}): Assumptions {
  const entries = NAMES.map((name) => [name, changes[name] ?? ASSUMPTIONS[name].value] as const);
  return Object.fromEntries(entries) as Assumptions;
}

/**
 * Reads changes of assumptions: an object of numbers by name.
 * @throws CommandError for a name that there is not, and for a number outside what it may be.
 */
export async function readAssumptions(file: string): Promise<Assumptions> {
  await checkInput(file);
  const read = parseJson(await readFile(file, 'utf8'), file);
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw new CommandError(`${file} is no object of assumptions by name`);
  }
  for (const [name, value] of Object.entries(read)) checkAssumption(file, name, value);
  return assume(read);
}

function checkAssumption(file: string, name: string, value: unknown): void {
  if (!isName(name)) {
    throw new CommandError(`${file}: ${name} is no assumption; there are ${NAMES.join(', ')}`);
  }
  const { min, max, unit } = ASSUMPTIONS[name];
  if (typeof value === 'number' && value >= min && value <= max) return;
  throw new CommandError(
    `${file}: ${name} is ${JSON.stringify(value)}; expected a number from ${min} to ${max} (${unit})`,
  );
}

function isName(name: string): name is keyof typeof ASSUMPTIONS {
  return Object.hasOwn(ASSUMPTIONS, name);
}

/** One row for each: name, value, unit, meaning. */
export function assumptionRows(assumptions: Assumptions): readonly (readonly string[])[] {
  return NAMES.map((name) => {
    const { unit, says } = ASSUMPTIONS[name];
    return [name, String(Number(assumptions[name].toPrecision(3))), unit, says];
  });
}
