import { randomBytes } from 'node:crypto';
import { Command, Option } from 'commander';
import {
  parseWhole,
  resolveFromCaller,
  runProgram,
  writeFileAtomically,
} from '@omega-tv/command-line';
import { inspectFrame, toContentHash } from '@omega-tv/compression';
import { createRandom } from '@omega-tv/seeded-random';
import { SyncError, type RandomSource, type TrendSignal } from '@omega-tv/types';
import { decodeFrame } from './decode.js';
import { encodeDelta, encodeSnapshot } from './encode.js';
import { openCodecs, readBase, readFrameFile } from './frame-file.js';
import { readIds, readPatterns, readTrends, writePatterns, writeTrends } from './lines.js';
import { toTable } from './inspection-table.js';

interface EncodeArguments {
  readonly kind: 'delta' | 'snapshot';
  readonly in: string;
  readonly trends?: string;
  readonly base?: string;
  readonly full?: true;
  readonly budget?: number;
  readonly deviceId: string;
  readonly seed?: number;
  readonly timestamp?: string;
  readonly out: string;
}

interface DecodeArguments {
  readonly in: string;
  readonly base?: string;
  readonly unbiased?: true;
  readonly out: string;
  readonly trendsOut?: string;
  readonly catalogue?: string;
}

const MAX_SEED = 0xffffffff;
const program = new Command('frame').description('Writes, reads and takes apart frames, offline.');

program
  .command('encode')
  .description('Writes patterns in one frame: all of them, or none.')
  .addOption(
    new Option('--kind <kind>', 'what a TV sends, or what a Constellation publishes')
      .choices(['delta', 'snapshot'])
      .makeOptionMandatory(),
  )
  .requiredOption('--in <file>', 'patterns as wire JSON, one a line; new_samples is optional')
  .option('--trends <file>', 'of a snapshot: trends as wire JSON, one a line')
  .option('--base <file>', 'full snapshot that the reader holds; a snapshot becomes a diff from it')
  .option('--full', 'with --base: the whole snapshot that follows the base, not the diff')
  .option('--budget <bytes>', 'of the whole frame, never exceeded', parseWhole(1))
  .option('--device-id <id>', 'of a delta', 'tv-1')
  .option('--seed <n>', 'the same files give the same bytes', parseWhole(0, MAX_SEED))
  .option('--timestamp <time>', 'RFC 3339; default: now, with --seed that of the newest trend')
  .requiredOption('--out <file>', 'where the frame goes')
  .allowExcessArguments(false)
  .action(encode);

program
  .command('decode')
  .description('Writes the patterns of a delta, a snapshot or a diff, in their order.')
  .requiredOption('--in <file>', 'the frame')
  .option('--base <file>', 'the full snapshot that it names')
  .option('--unbiased', 'for sums: embeddings of a delta without shrinkage')
  .requiredOption('--out <file>', 'patterns as wire JSON, one a line')
  .option('--trends-out <file>', 'trends as wire JSON, one a line')
  .option('--catalogue <file>', 'content ids, one a line, to name trends; others stay # and hash')
  .allowExcessArguments(false)
  .action(decode);

program
  .command('inspect')
  .description('Prints what each part of a frame costs. Needs neither base nor codebook.')
  .requiredOption('--in <file>', 'the frame')
  .option('--json', 'as JSON')
  .allowExcessArguments(false)
  .action(inspect);

await runProgram(program);

async function encode(options: EncodeArguments): Promise<void> {
  const { kind, budget: budgetBytes, deviceId, full = false } = options;
  if (kind === 'delta' && options.trends !== undefined) {
    throw misused('trends', 'a delta carries no trends');
  }
  if (full && (kind === 'delta' || options.base === undefined)) {
    throw misused('full', 'is for a snapshot with --base');
  }
  const codecs = openCodecs();
  const trends = options.trends === undefined ? [] : await readTrends(options.trends);
  refuseTwins(trends);
  const base = options.base === undefined ? undefined : await readBase(codecs, options.base);
  const times = trends.map(({ calculatedAt }) => Date.parse(calculatedAt));
  const nowMs = options.seed === undefined ? Date.now() : Math.max(0, ...times);
  const content = {
    patterns: await readPatterns(options.in),
    trends,
    timestamp: options.timestamp ?? new Date(nowMs).toISOString(),
    ...(base === undefined ? {} : { base }),
  };
  const { bytes, summary } =
    kind === 'delta'
      ? encodeDelta(codecs.first, content, { deviceId, budgetBytes, random: randomOf(options) })
      : encodeSnapshot(codecs.first, content, { budgetBytes, full });
  await writeFileAtomically(resolveFromCaller(options.out), bytes);
  process.stderr.write(`${summary}\n`);
}

async function decode(options: DecodeArguments): Promise<void> {
  const { unbiased = false, trendsOut } = options;
  if (options.catalogue !== undefined && trendsOut === undefined) {
    throw misused('catalogue', 'names the trends of --trends-out, which is missing');
  }
  if (trendsOut !== undefined && resolveFromCaller(trendsOut) === resolveFromCaller(options.out)) {
    throw misused('trends-out', 'names the file of --out; choose another one');
  }
  const codecs = openCodecs();
  const base = options.base === undefined ? undefined : await readBase(codecs, options.base);
  const catalogue = options.catalogue === undefined ? [] : await readIds(options.catalogue);
  const bytes = await readFrameFile(options.in);
  const { patterns, trends } = decodeFrame(codecs, bytes, { base, unbiased, catalogue });
  await writePatterns(options.out, patterns);
  if (trendsOut !== undefined) await writeTrends(trendsOut, trends);
}

async function inspect(options: { in: string; json?: true }): Promise<void> {
  const inspection = inspectFrame(await readFrameFile(options.in));
  const text = options.json ? `${JSON.stringify(inspection, undefined, 2)}\n` : toTable(inspection);
  process.stdout.write(text);
}

function randomOf({ seed }: { seed?: number }): RandomSource {
  if (seed !== undefined) return createRandom('frame', seed);
  return { next: () => randomBytes(4).readUInt32LE() / 0x100000000 };
}

/** A snapshot names a title once a region. */
function refuseTwins(trends: readonly TrendSignal[]): void {
  const seen = new Set<string>();
  for (const { contentId, region } of trends) {
    const key = `${region} ${toContentHash(contentId)}`;
    if (seen.has(key)) throw misused('trends', `has two of ${contentId} in ${region}`);
    seen.add(key);
  }
}

function misused(field: string, reason: string): SyncError<'invalid-config'> {
  return new SyncError('invalid-config', `--${field}: ${reason}`, { field });
}
