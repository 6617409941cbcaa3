import {
  checkOutput,
  CommandError,
  createProgram,
  createProgress,
  parseWhole,
  resolveFromCaller,
  runProgram,
  signalOfProcess,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { missingQuic } from '@omega-tv/transport-quic';
import { measureIdle } from './idle/measure-idle.js';
import type { LinkConditions } from '@omega-tv/fault-proxy';
import { measureTransports } from './measure.js';
import { idleToText, rowsToText } from './report.js';

interface Options {
  readonly exchanges: number;
  readonly tvs: number;
  readonly roundTrip: readonly number[];
  readonly loss: readonly number[];
  readonly kbit: readonly number[];
  readonly seed: number;
  readonly json?: string;
  readonly idle?: number;
  readonly idleSeconds: number;
}

const ROUND_TRIPS_MS = [20, 100, 300];
const LOSSES_PERCENT = [0, 2, 10];
const SPEEDS_KBIT = [0, 64];

const several =
  (parse: (text: string) => number) =>
  (text: string): readonly number[] =>
    text.split(',').map(parse);

await runProgram(
  createProgram(
    'transports',
    'Measures exchanges over HTTPS and over QUIC, cold, resumed and warm, side by side.',
  )
    .option('--exchanges <n>', 'of each kind', parseWhole(1, 100_000), 200)
    .option('--tvs <n>', 'at once, each behind a network of its own', parseWhole(1, 1000), 4)
    .option(
      '--round-trip <ms,..>',
      'there and back',
      several(parseWhole(0, 60_000)),
      ROUND_TRIPS_MS,
    )
    .option('--loss <percent,..>', 'of packets', several(parseWhole(0, 50)), LOSSES_PERCENT)
    .option('--kbit <n,..>', 'a second, each way; 0: any', several(parseWhole(0)), SPEEDS_KBIT)
    .option('--seed <n>', 'loses the same packets again', parseWhole(0), 1)
    .option(
      '--idle <n>',
      'measures what so many kept connections cost the server instead',
      parseWhole(20, 10_000),
    )
    .option('--idle-seconds <n>', 'how long nobody asks then', parseWhole(1, 3600), 20)
    .option('--json <file>', 'the same figures as JSON')
    .action(run),
);

async function run({
  json,
  roundTrip,
  loss,
  kbit,
  idle,
  idleSeconds,
  ...options
}: Options): Promise<void> {
  const missing = await missingQuic();
  if (missing !== undefined) throw new CommandError(`QUIC is missing here: ${missing}`);
  const file = json && resolveFromCaller(json);
  if (file !== undefined) await checkOutput(file);
  const networks = kbit.flatMap((speed) =>
    roundTrip.flatMap((roundTripMs) =>
      loss.map((percent): LinkConditions => {
        const network = { roundTripMs, lossRate: percent / 100 };
        return speed === 0 ? network : { ...network, bitsPerS: 1000 * speed };
      }),
    ),
  );
  const progress = createProgress();
  const signal = signalOfProcess();
  try {
    const shared = { onStage: progress.stage, signal };
    const [rows, text] =
      idle === undefined
        ? withText(await measureTransports({ ...options, ...shared, networks }), rowsToText)
        : withText(
            await measureIdle({ ...shared, connections: idle, idleMs: 1000 * idleSeconds }),
            idleToText,
          );
    progress.done();
    process.stdout.write(text);
    if (file !== undefined) await writeFileAtomically(file, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    progress.done();
  }
}

function withText<Row>(
  rows: readonly Row[],
  toText: (rows: readonly Row[]) => string,
): readonly [readonly Row[], string] {
  return [rows, toText(rows)];
}
