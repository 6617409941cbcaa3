import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runReadmeExamples } from '../src/index.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'readme-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function runReadme(...lines: readonly string[]) {
  const readme = path.join(folder, 'README.md');
  await writeFile(readme, lines.join('\n'));
  return runReadmeExamples(pathToFileURL(readme), { GREETING: 'hello' });
}

describe('runReadmeExamples', () => {
  it('runs each block and compares what it prints', async () => {
    const runs = await runReadme(
      '# Title',
      '```ts',
      'const n: number = 1 + 1;',
      'console.log(n, process.env.GREETING); // => 2 hello',
      '```',
      '```ts',
      'console.log("two"); // => two',
      '```',
      '',
    );
    expect(runs.map(({ printed }) => printed)).toEqual([['2 hello'], ['two']]);
    expect(await readdir(folder)).toEqual(['README.md']);
  });

  it('fails when an example prints something else', async () => {
    const lines = ['```ts', 'console.log(3); // => 2', '```', ''];
    await expect(runReadme(...lines)).rejects.toThrow('promises\n2\nbut prints\n3');
  });

  it('fails when an example throws, and leaves nothing behind', async () => {
    await expect(runReadme('```ts', 'throw new Error("no");', '```', '')).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual(['README.md']);
  });

  it('fails when there is no example', async () => {
    await expect(runReadme('# Title', '')).rejects.toThrow('has no ```ts block');
  });
});
