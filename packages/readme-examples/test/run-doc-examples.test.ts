import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runDocExamples } from '../src/index.js';

const EXAMPLE = ['@example', '```ts', "console.log('yes'); // => yes", '```'];
const WITHOUT = 'export const without = 1;';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'doc-examples-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function docComment(...lines: readonly string[]): string {
  return ['/**', ...lines.map((line) => ` * ${line}`), ' */', ''].join('\n');
}

/** Runs the examples of a package of one entry point and one more source. */
async function runPackage(index: readonly string[], source: string) {
  const entry = { types: './dist/index.d.ts', default: './dist/index.js' };
  const manifest = { exports: { '.': entry, './package.json': './package.json' } };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await mkdir(path.join(folder, 'src'));
  await writeFile(path.join(folder, 'src/index.ts'), index.join('\n'));
  await writeFile(path.join(folder, 'src/source.ts'), source);
  return runDocExamples(pathToFileURL(`${folder}/`));
}

describe('runDocExamples', () => {
  it('runs the example of each everyday function, class and constant', async () => {
    const runs = await runPackage(
      [
        '// Everyday',
        "export { one, Two, three } from './source.js';",
        "export type { Four } from './source.js';",
        `${docComment(...EXAMPLE)}export const five = 5;`,
        '// Advanced: more',
        "export { without } from './source.js';",
      ],
      [
        `${docComment('Doc.', '', '@throws never', ...EXAMPLE)}export function one() {}`,
        `${docComment(...EXAMPLE)}export class Two {}`,
        `${docComment(...EXAMPLE)}export const three = 3;`,
        'export interface Four { readonly a: number }',
        WITHOUT,
      ].join('\n'),
    );
    expect(runs.map(({ printed }) => printed)).toEqual([['yes'], ['yes'], ['yes'], ['yes']]);
  });

  it.each([
    ['has no example', WITHOUT, 'without has no example; expected @example'],
    [
      'promises nothing',
      `${docComment('@example', '```ts', 'console.log(1);', '```')}${WITHOUT}`,
      'The example of without promises nothing',
    ],
    [
      'prints something else',
      `${docComment('@example', '```ts', 'console.log(1); // => 2', '```')}${WITHOUT}`,
      'The example of without promises\n2\nbut prints\n1',
    ],
    [
      'throws',
      `${docComment('@example', '```ts', "throw new Error('no'); // => 2", '```')}${WITHOUT}`,
      /^The example of without fails:[^]*Error: no/,
    ],
    ['is not there', 'export const other = 1;', 'without is not declared in'],
  ])('fails where an everyday export %s', async (_, source, message) => {
    const running = runPackage(['// Everyday', "export { without } from './source.js';"], source);
    await expect(running).rejects.toThrow(message);
  });

  it('fails where an index marks no tier', async () => {
    const running = runPackage(["export { without } from './source.js';"], WITHOUT);
    await expect(running).rejects.toThrow('has no comment "// Everyday"');
  });
});
