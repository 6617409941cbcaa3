import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { globalPatternsFromWire } from '@omega-tv/types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deltaOf, toLines } from './log.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const devices = ['a', 'b', 'c', '__proto__'];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'federate-'));
  await writeFile(path.join(folder, 'good.ndjson'), toLines(devices.map((id) => deltaOf(id))));
  await writeFile(path.join(folder, 'bad.ndjson'), `${toLines([deltaOf('a')])}nonsense\n`);
});

afterAll(() => rm(folder, { recursive: true }));

/** Runs the command from elsewhere, as npm does, with the caller's directory in INIT_CWD. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, INIT_CWD: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd: tmpdir(), env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function readOut(file: string) {
  const text = await readFile(path.join(folder, file), 'utf8');
  return { text, globals: globalPatternsFromWire(JSON.parse(text)) };
}

describe('federate', () => {
  it('writes global patterns, prints only to stderr, and gives the same bytes again', async () => {
    const args = ['--in', 'good.ndjson', '--min-devices', '3', '--out'];
    const first = await run(...args, 'one.json');
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toMatch(
      /^4 deltas of 4 devices, 48 new samples: 1 pattern and 1 trend, each from/m,
    );
    await run(...args, 'two.json');
    const { text, globals } = await readOut('one.json');
    expect(globals.patterns.map(({ id }) => id)).toEqual(['global:action-1']);
    expect((await readOut('two.json')).text).toBe(text);
  });

  it('publishes nothing below k', async () => {
    await run('--in', 'good.ndjson', '--min-devices', '5', '--out', 'none.json');
    expect((await readOut('none.json')).globals).toMatchObject({ patterns: [], version: 0 });
  });

  it.each([
    [1, ['--in', 'bad.ndjson', '--min-devices', '1'], /^error: line 2: .*\n$/m],
    [1, ['--in', 'missing.ndjson'], /^error: .*missing\.ndjson cannot be read: there is no such/],
    [2, ['--in', 'good.ndjson', '--min-devices', '0'], /Expected a whole number from 1/],
    [2, ['--in', 'good.ndjson', '--min-devices', 'few'], /Expected a whole number from 1/],
    [2, ['--min-devices', '3'], /required option '--in <file>' not specified/],
  ])('fails with %d for %j and writes nothing', async (expected, args, message) => {
    const before = await readdir(folder);
    const { code, stdout, stderr } = await run(...args, '--out', 'failed.json');
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toMatch(message);
    expect(await readdir(folder)).toEqual(before);
  });

  it('leaves nothing behind where it cannot write', async () => {
    const before = await readdir(folder);
    const { code } = await run('--in', 'good.ndjson', '--out', 'no/such/folder.json');
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual(before);
  });

  it('explains itself', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--min-devices <k>');
  });
});
