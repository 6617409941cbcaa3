import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '@omega-tv/catalogue';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROWS = 40;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-codec-'));
  const titles = loadCatalogue().slice(0, ROWS);
  writeFloats(
    'titles.f32',
    titles.flatMap((title) => [...title.embedding]),
  );
  writeFloats('nan.f32', [...new Float32Array(384), NaN, ...new Float32Array(383)]);
  writeFloats('zeros.f32', new Float32Array(768));
  writeFloats(
    'small.f32',
    Array.from({ length: 8 * 60 }, (_, i) => ((i * 7919) % 101) - 50),
  );
  writeFileSync(path.join(folder, 'empty.f32'), '');
  writeFileSync(path.join(folder, 'odd.f32'), Buffer.alloc(1000));
});
afterAll(() => rm(folder, { recursive: true }));

function writeFloats(name: string, values: ArrayLike<number>): void {
  writeFileSync(path.join(folder, name), Buffer.from(Float32Array.from(values).buffer));
}

function commandOf(name: 'codec' | 'train'): string {
  return fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
}

/** Runs a command from elsewhere, as npm does, with the caller's directory in INIT_CWD. */
function run(
  name: 'codec' | 'train',
  line: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = { cwd: tmpdir(), env: { ...process.env, INIT_CWD: folder } };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [commandOf(name), ...line.split(' ')],
      options,
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

function sizeOf(name: string): number {
  return statSync(path.join(folder, name)).size;
}

describe('the codec command', () => {
  it.each([
    ['download', 64, 0.967],
    ['upload', 72, 0.967],
    ['download', 33.3, 0.9],
  ])('codes a file, %s at %d bytes, and decodes it', async (mode, budget, cosine) => {
    const coded = await run(
      'codec',
      `encode --in titles.f32 --mode ${mode} --budget ${budget} --out coded`,
    );
    expect(coded).toMatchObject({ code: 0, stdout: '' });
    expect(Number(/mean cosine (\S+)/.exec(coded.stderr)?.[1])).toBeGreaterThan(cosine);
    expect(sizeOf('coded')).toBeLessThanOrEqual(budget * ROWS);
    expect(sizeOf('coded')).toBeGreaterThan((budget - 2) * ROWS);
    for (const flag of ['', ' --unbiased']) {
      const decoded = await run('codec', `decode --in coded${flag} --out decoded.f32`);
      expect(decoded).toMatchObject({ code: 0, stdout: '' });
      expect(sizeOf('decoded.f32')).toBe(4 * 384 * ROWS);
    }
  });

  it.each([
    ['encode --in absent.f32 --mode download --budget 64 --out x', /no such file/],
    ['encode --in empty.f32 --mode download --budget 64 --out x', /empty\.f32 is empty/],
    ['encode --in odd.f32 --mode download --budget 64 --out x', /multiples of 1536/],
    ['encode --in nan.f32 --mode download --budget 64 --out x', /row 1 holds NaN .* coordinate 0/],
    ['encode --in titles.f32 --mode both --budget 64 --out x', /Allowed choices/],
    ['encode --in titles.f32 --mode download --budget much --out x', /number of bytes above 0/],
    ['encode --in titles.f32 --mode download --budget 1 --out x', /more than the budget of 35/],
    ['encode --in titles.f32 --mode upload --budget 1 --out x', /the budget is 35/],
    ['encode --in titles.f32 --mode upload --budget 64 --out no/x', /no is missing/],
    ['encode --in titles.f32 --mode upload --budget 64 --out .', /it is a folder/],
    ['encode --in titles.f32 --mode upload --budget 64 --codebook odd.f32 --out x', /no codebook/],
    ['decode --in titles.f32 --out x', /not coded with the codebook/],
    ['decode --in empty.f32 --out x', /not coded with the codebook/],
    ['encode --in titles.f32 --mode download --budget 64 --out x more', /too many arguments/],
  ])('refuses "%s" in one line, and writes nothing', async (line, reason) => {
    const { code, stdout, stderr } = await run('codec', line);
    expect(code).toBe(/Expected a number|choices|arguments/.test(stderr) ? 2 : 1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder).filter((name) => name.startsWith('x'))).toEqual([]);
  });

  it('writes nothing where it is interrupted', async () => {
    const line = 'encode --in titles.f32 --mode download --budget 64 --out stopped';
    const child = spawn(process.execPath, [commandOf('codec'), ...line.split(' ')], {
      env: { ...process.env, INIT_CWD: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await once(child.stderr, 'data');
    const said = text(child.stderr);
    child.kill('SIGINT');
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(130);
    expect(await said).toMatch(/^interrupted: nothing was written\n$/m);
    expect(readdirSync(folder).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });

  it('codes vectors that are all zero', async () => {
    await run('codec', 'encode --in zeros.f32 --mode upload --budget 8 --out zeros');
    await run('codec', 'decode --in zeros --out zeros.out');
    expect(readFileSync(path.join(folder, 'zeros.out'))).toEqual(Buffer.alloc(4 * 768));
  });
});

describe('the trainer command', () => {
  const small = '--dimension 8 --classes 3 --states 4 --samples 50';

  it('makes a codebook of any dimension that the codec command takes', async () => {
    const trained = await run('train', `small.f32:2:heldout ${small} --out small.codebook`);
    expect(trained).toMatchObject({ code: 0, stdout: '' });
    expect(trained.stderr).toMatch(/^48 vectors of 8 coordinates\n[\s\S]*codebook [0-9a-f]{16}: /);
    const book = '--codebook small.codebook';
    await run('codec', `encode ${book} --in small.f32 --mode download --budget 9 --out s`);
    await run('codec', `decode ${book} --in s --out s.f32`);
    expect(sizeOf('s')).toBeLessThanOrEqual(9 * 60);
    expect(sizeOf('s.f32')).toBe(sizeOf('small.f32'));
  });

  it.each([
    ['absent.f32 --out x', /no such file/],
    ['titles.f32:0 --out x', /a weight above 0/],
    ['titles.f32:1:held --out x', /expected FILE/],
    ['zeros.f32 --out x', /no vectors to train on/],
    ['nan.f32 --out x', /row 1 holds NaN/],
    ['titles.f32 --states 5 --out x', /Allowed choices/],
    ['titles.f32 --classes 0 --out x', /whole number from 1/],
    ['titles.f32 --model caf\u00e9 --out x', /printable ASCII/],
    ['titles.f32 --out no/x', /no is missing/],
    ['titles.f32', /--out/],
  ])('refuses "%s" in one line, and writes nothing', async (line, reason) => {
    const { code, stdout, stderr } = await run('train', line);
    expect(code).toBe(/Expected|expected|choices|required/.test(stderr) ? 2 : 1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder).filter((name) => name.startsWith('x'))).toEqual([]);
  });

  it('leaves the old codebook as it was where it is interrupted', async () => {
    writeFileSync(path.join(folder, 'old.codebook'), 'old');
    const child = spawn(
      process.execPath,
      [commandOf('train'), 'titles.f32', '--out', 'old.codebook'],
      { env: { ...process.env, INIT_CWD: folder }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await once(child.stderr, 'data');
    const said = text(child.stderr);
    // As npm does it: the terminal's signal, and npm's own right behind.
    child.kill('SIGINT');
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(130);
    expect(await said).toMatch(/^interrupted: nothing was written\n$/m);
    expect(readFileSync(path.join(folder, 'old.codebook'), 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});
