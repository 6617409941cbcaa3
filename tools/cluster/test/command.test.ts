import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { itUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingNats } from '@omega-tv/test-support/nats';
import type { RoundResult } from '../src/rounds.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

itUnless(
  missingNats(),
  'the books balance after an owner is killed, another frozen past its lease, and a NATS node killed (rules 14.3, 14.4, 14.9)',
  async () => {
    const file = path.join(await temporaryFolder(), 'results.json');
    const faults = ['an owner', 'a NATS node killed'].flatMap((name) => ['--only', name]);
    const { stdout } = await run(process.execPath, [
      ...[program, '--tvs', '40', ...faults, '--json', file],
    ]);
    const { rounds } = JSON.parse(await readFile(file, 'utf8')) as {
      readonly rounds: readonly RoundResult[];
    };
    expect(rounds).toHaveLength(3);
    for (const [i, round] of rounds.entries()) {
      const learned = 40 * 12 * (i + 1);
      expect(round).toMatchObject({
        learned,
        acknowledged: learned,
        accepted: learned,
        waiting: 0,
      });
    }
    expect(stdout).toContain('They agree.');
  },
);
