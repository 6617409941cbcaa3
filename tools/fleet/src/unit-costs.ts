import { readFile } from 'node:fs/promises';
import { Type, type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { checkInput, CommandError } from '@omega-tv/command-line';

const Cost = Type.Number({ minimum: 0, maximum: 1e9 });

/** What `npm run load -- --json FILE` measured of one machine; times are of one of its processors. */
const UnitCostsSchema = Type.Object({
  /** Of a push without patterns, HTTP and token included. Milliseconds. */
  emptyPushMs: Cost,
  /** Of each pattern beside that. Milliseconds. */
  patternMs: Cost,
  /** Of a question for the newest version's number. Milliseconds. */
  pollMs: Cost,
  /** Of a push and of a pattern without HTTP: what the owner of a partition does. Milliseconds. */
  decideEmptyMs: Cost,
  decidePatternMs: Cost,
  logBytesPerPush: Cost,
  logBytesPerPattern: Cost,
  /** That NATS keeps beside a delta, at 100 deltas a message. */
  busEnvelopeBytes: Type.Optional(Cost),
  diskBytesPerDevice: Cost,
  memoryBytesPerDevice: Cost,
  /** Bytes of bodies. */
  exchange: Type.Object({
    versionDown: Cost,
    pushUp: Cost,
    pushDown: Cost,
    /** Of a pattern: of two in a push, and of ten. */
    patternUp: Cost,
    patternOfTenUp: Cost,
    snapshotBytes: Cost,
    diffBytes: Cost,
  }),
});

export type UnitCosts = Static<typeof UnitCostsSchema>;

/**
 * Reads the file that `npm run load` wrote.
 * @throws CommandError where it is missing, no JSON, or lacks a cost.
 */
export async function readUnitCosts(file: string): Promise<UnitCosts> {
  await checkInput(file);
  const costs = (parseJson(await readFile(file, 'utf8'), file) as { unitCosts?: unknown } | null)
    ?.unitCosts;
  if (Check(UnitCostsSchema, costs)) return costs;
  const [first] = Errors(UnitCostsSchema, costs);
  const field = `unitCosts${first?.instancePath.replaceAll('/', '.') ?? ''}`;
  throw new CommandError(
    `${file}: ${field} ${first?.message ?? 'is wrong'}; npm run load -- --json FILE writes such a file`,
  );
}

/** @throws CommandError for what is no JSON. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CommandError(`${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
}
