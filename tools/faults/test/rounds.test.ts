import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@omega-tv/test-support';
import type { KindResult } from '../src/rounds.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const ROUNDS = 24;
/** Where no small disk can be mounted, the twelfth is left out. */
const KINDS = [11, 12];

it('no sample is lost or counted twice, whatever breaks (rules 4.9 and 5.1)', async () => {
  const file = path.join(await temporaryFolder(), 'results.json');
  const args = [program, '--rounds', `${ROUNDS}`, '--freeze', '300', '--json', file];
  const { stdout } = await run(process.execPath, args);
  const results = JSON.parse(await readFile(file, 'utf8')) as readonly KindResult[];
  expect(KINDS).toContain(results.length);
  for (const result of results) {
    expect(result).toMatchObject({ acknowledged: result.learned, lost: 0, doubled: 0 });
    expect(result.learned).toBeGreaterThan(0);
  }
  expect(results.reduce((sum, { rounds }) => sum + rounds, 0)).toBe(ROUNDS);
  expect(stdout).toContain('server restored from a backup');
});
