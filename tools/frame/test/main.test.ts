import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '@omega-tv/catalogue';
import { inspectFrame, toContentHash } from '@omega-tv/compression';
import { cosineSimilarity } from '@omega-tv/embedding-codec';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const titles = loadCatalogue().filter((title) => title.heldOut);
let folder = '';

interface Wire {
  readonly id: string;
  readonly embedding: readonly number[];
  readonly new_samples?: number;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'frame-'));
  await writeLines('patterns.ndjson', titles.slice(0, 12).map(toWire));
  await writeLines('moved.ndjson', [
    ...titles.slice(0, 11).map(toWire),
    { ...toWire(titles[11]!, 11), embedding: Array.from(titles[20]!.embedding) },
  ]);
  await writeLines('all-moved.ndjson', titles.slice(30, 42).map(toWire));
  await writeLines('counted.ndjson', [{ ...toWire(titles[0]!, 0), new_samples: 3 }]);
  await writeLines('trends.ndjson', titles.slice(0, 3).map(toTrend));
  await writeFile(path.join(folder, 'ids.txt'), `${titles[0]!.id}\r\n\n${titles[1]!.id}\n`);
  await encode('snapshot', '--in', 'patterns.ndjson', '--out', 'base.frame');
});

afterAll(() => rm(folder, { recursive: true }));

function toWire({ embedding, genres }: (typeof titles)[number], index: number) {
  const counts = { success_rate: 0.8, sample_count: 20 + index };
  return { id: `p${index}`, embedding: Array.from(embedding), ...counts, genre: genres[0] };
}

function toTrend({ id, genres }: (typeof titles)[number], index: number) {
  const calculated_at = '2026-11-22T10:00:00.000Z';
  return { content_id: id, score: 9 - index, region: 'DE', genre: genres[0], calculated_at };
}

async function writeLines(file: string, records: readonly object[]): Promise<void> {
  const lines = records.map((record) => `${JSON.stringify(record)}\n`);
  await writeFile(path.join(folder, file), lines.join(''));
}

async function readLines<Item = Wire>(file: string): Promise<readonly Item[]> {
  const lines = (await readFile(path.join(folder, file), 'utf8')).trimEnd().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Item);
}

async function readFrame(file: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(path.join(folder, file)));
}

/** Runs the command from elsewhere, as npm does, with the caller's directory in INIT_CWD. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, INIT_CWD: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd: tmpdir(), env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: '' });
  return stderr;
}

function encode(kind: string, ...args: string[]): Promise<string> {
  return succeed('encode', '--kind', kind, '--seed', '1', ...args);
}

function cosines(a: readonly Wire[], b: readonly Wire[]): readonly number[] {
  return a.map(({ embedding }, i) => cosineSimilarity(embedding, b[i]!.embedding));
}

describe('a delta', () => {
  it('holds all patterns in their order, within the budget, and repeats with its seed', async () => {
    const args = ['--in', 'patterns.ndjson', '--budget', '900', '--out'];
    const summary = await encode('delta', ...args, 'delta.frame');
    expect(summary).toMatch(/^delta: \d+ bytes, 12 patterns, mean cosine 0\.9/);
    const bytes = await readFrame('delta.frame');
    expect(bytes.length).toBeLessThanOrEqual(900);
    expect(bytes.length).toBeGreaterThan(860);
    await encode('delta', ...args, 'again.frame');
    expect(await readFrame('again.frame')).toEqual(bytes);
    await succeed('decode', '--in', 'delta.frame', '--out', 'decoded.ndjson');
    const [given, decoded] = [
      await readLines('patterns.ndjson'),
      await readLines('decoded.ndjson'),
    ];
    const bare = (wire: Wire) => ({ ...wire, embedding: [] });
    expect(decoded.map(bare)).toEqual(given.map(bare));
    expect(Math.min(...cosines(given, decoded))).toBeGreaterThan(0.95);
  });

  it('is shrunk for one reader and not for sums (rule 9.4)', async () => {
    await encode('delta', '--in', 'patterns.ndjson', '--budget', '900', '--out', 'one.frame');
    await succeed('decode', '--in', 'one.frame', '--out', 'best.ndjson');
    await succeed('decode', '--in', 'one.frame', '--unbiased', '--out', 'raw.ndjson');
    const given = await readLines('patterns.ndjson');
    const best = cosines(given, await readLines('best.ndjson'));
    cosines(given, await readLines('raw.ndjson')).forEach((cosine, i) => {
      expect(cosine).toBeLessThan(best[i]!);
    });
  });

  it('is smaller against a base, which decoding then needs', async () => {
    await encode('delta', '--in', 'patterns.ndjson', '--out', 'cold.frame');
    const warm = ['--in', 'patterns.ndjson', '--base', 'base.frame', '--out', 'warm.frame'];
    await encode('delta', ...warm);
    const [coldBytes, warmBytes] = [await readFrame('cold.frame'), await readFrame('warm.frame')];
    expect(warmBytes.length).toBeLessThan(0.6 * coldBytes.length);
    await succeed('decode', '--in', 'warm.frame', '--base', 'base.frame', '--out', 'warm.ndjson');
    expect(await readLines('warm.ndjson')).toHaveLength(12);
    const { code, stderr } = await run('decode', '--in', 'warm.frame', '--out', 'none.ndjson');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: The delta is coded against version 1 of global/);
  });

  it('says the samples that are new', async () => {
    await encode('delta', '--in', 'counted.ndjson', '--out', 'counted.frame');
    await succeed('decode', '--in', 'counted.frame', '--out', 'counted-out.ndjson');
    expect((await readLines('counted-out.ndjson'))[0]?.new_samples).toBe(3);
  });
});

describe('a snapshot', () => {
  it('names trends that the catalogue knows, others by their hash', async () => {
    const args = ['--in', 'patterns.ndjson', '--trends', 'trends.ndjson'];
    await encode('snapshot', ...args, '--out', 'trends.frame');
    const decode = ['decode', '--in', 'trends.frame', '--out', 'p.ndjson', '--trends-out'];
    await succeed(...decode, 't.ndjson', '--catalogue', 'ids.txt');
    const trends = await readLines<{ content_id: string; score: number }>('t.ndjson');
    const [first, second, third] = titles;
    const expected = [first!.id, second!.id, `#${toContentHash(third!.id)}`].sort();
    expect(trends.map(({ content_id: id }) => id).sort()).toEqual(expected);
    expect(trends.find(({ content_id: id }) => id === first!.id)?.score).toBe(9);
  });

  it('is a diff from its base, which decodes to the floats of the full one', async () => {
    const args = ['--in', 'moved.ndjson', '--base', 'base.frame'];
    await encode('snapshot', ...args, '--out', 'diff.frame');
    await encode('snapshot', ...args, '--full', '--out', 'full.frame');
    const [diff, full] = [await readFrame('diff.frame'), await readFrame('full.frame')];
    expect([inspectFrame(diff).kind, inspectFrame(full).kind]).toEqual(['diff', 'snapshot']);
    expect(diff.length).toBeLessThan(full.length / 5);
    await succeed('decode', '--in', 'diff.frame', '--base', 'base.frame', '--out', 'a.ndjson');
    await succeed('decode', '--in', 'full.frame', '--out', 'b.ndjson');
    const decoded = await readLines('a.ndjson');
    expect(await readLines('b.ndjson')).toEqual(decoded);
    await succeed('decode', '--in', 'base.frame', '--out', 'base.ndjson');
    expect(decoded.slice(0, 11)).toEqual((await readLines('base.ndjson')).slice(0, 11));
    expect(cosines(decoded, await readLines('moved.ndjson'))[11]).toBeGreaterThan(0.98);
  });

  it('codes what moved coarser where the budget of the diff asks for it', async () => {
    const args = ['--base', 'base.frame', '--in', 'all-moved.ndjson'];
    await encode('snapshot', ...args, '--budget', '700', '--out', 'coarse.frame');
    const bytes = await readFrame('coarse.frame');
    expect(bytes.length).toBeLessThanOrEqual(700);
    expect(inspectFrame(bytes).kind).toBe('diff');
    const { code, stderr } = await run(
      ...['encode', '--kind', 'snapshot', ...args, '--budget', '60', '--out', 'none.frame'],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: snapshot: takes \d+ bytes with 12 patterns, but 60 are allowed/,
    );
  });

  it('begins anew, as a full frame, where what moved does not fit beside the base', async () => {
    await encode('snapshot', '--in', 'counted.ndjson', '--out', 'small.frame');
    const args = ['--base', 'small.frame', '--in', 'patterns.ndjson', '--out', 'anew.frame'];
    expect(await encode('snapshot', ...args)).toMatch(/a new generation begins, as a full frame/);
    expect(inspectFrame(await readFrame('anew.frame')).kind).toBe('snapshot');
    await succeed('decode', '--in', 'anew.frame', '--out', 'anew.ndjson');
    expect(await readLines('anew.ndjson')).toHaveLength(12);
  });
});

describe('inspect', () => {
  it('prints what each part costs, as a table or as JSON', async () => {
    const { stdout } = await run('inspect', '--in', 'base.frame');
    expect(stdout).toMatch(/embeddings .* step 0\.\d{4}/);
    const { stdout: json } = await run('inspect', '--in', 'base.frame', '--json');
    expect(JSON.parse(json)).toEqual(inspectFrame(await readFrame('base.frame')));
  });

  it('explains itself', async () => {
    const { code, stdout } = await run('encode', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--budget <bytes>');
  });
});

describe('what cannot be done', () => {
  const bad: readonly (readonly [name: string, record: object | string, message: RegExp])[] = [
    ['a rate', { success_rate: 2 }, /bad\.ndjson line 2: success_rate must be <= 1, but is 2/],
    ['a dimension', { embedding: [1] }, /line 2: embedding .*but is an array of 1/],
    ['new samples', { new_samples: -1 }, /line 2: new_samples must be a whole number/],
    ['more new samples', { new_samples: 99 }, /new_samples must be .* sample_count \(20\)/],
    ['no JSON', 'nonsense', /line 2: Unexpected token/],
  ];

  it.each(bad)('%s ends the run and writes nothing', async (_, change, message) => {
    const good = toWire(titles[0]!, 0);
    const second = typeof change === 'string' ? change : JSON.stringify({ ...good, ...change });
    await writeFile(path.join(folder, 'bad.ndjson'), `${JSON.stringify(good)}\n${second}\n`);
    const before = await readdir(folder);
    const args = ['--kind', 'delta', '--in', 'bad.ndjson', '--out', 'bad.frame'];
    const { code, stdout, stderr } = await run('encode', ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(await readdir(folder)).toEqual(before);
  });

  it.each([
    [2, ['encode', '--kind', 'delta', '--trends', 'trends.ndjson'], /a delta carries no trends/],
    [2, ['encode', '--kind', 'snapshot', '--full'], /--full: is for a snapshot with --base/],
    [1, ['encode', '--kind', 'delta', '--budget', '50'], /takes \d+ bytes, but 50 are allowed/],
    [2, ['encode', '--kind', 'delta', '--budget', 'few'], /Expected a whole number/],
    [1, ['encode', '--kind', 'delta', '--base', 'ids.txt'], /does not begin with the magic number/],
    [2, ['decode', '--catalogue', 'ids.txt'], /names the trends of --trends-out/],
    [2, ['decode', '--trends-out', 'refused.frame'], /it is named twice/],
    [1, ['encode', '--kind', 'snapshot', '--trends', 'twins.ndjson'], /has two of film-1 in DE/],
    [1, ['decode'], /frame: has \d+ bytes, but 65536 are allowed/],
  ])('is refused with %d: %j', async (expected, args, message) => {
    const files = ['--in', 'patterns.ndjson', '--out', 'refused.frame'];
    const trend = { content_id: 'film-1', score: 1, region: 'DE', genre: 'drama' };
    const line = `${JSON.stringify({ ...trend, calculated_at: '2026-11-22T10:00:00Z' })}\n`;
    await writeFile(path.join(folder, 'twins.ndjson'), line + line);
    const { code, stdout, stderr } = await run(...args, ...files);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toMatch(message);
    expect(await readdir(folder)).not.toContain('refused.frame');
  });
});
