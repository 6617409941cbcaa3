import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { itUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingNats } from '@omega-tv/test-support/nats';
import type { FailoverResult } from '../src/failover.js';
import type { RoundResult } from '../src/rounds.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const TVS = 40;

async function play(...names: readonly string[]) {
  const file = path.join(await temporaryFolder(), 'results.json');
  const faults = names.flatMap((name) => ['--only', name]);
  const { stdout } = await run(process.execPath, [
    ...[program, '--tvs', `${TVS}`, ...faults, '--json', file],
  ]);
  expect(stdout).toContain('They agree.');
  const { rounds } = JSON.parse(await readFile(file, 'utf8')) as {
    readonly rounds: readonly RoundResult[];
  };
  return rounds;
}

/** What all TVs have learned after so many times, 12 samples each. */
function booksAfter(times: number) {
  const learned = TVS * 12 * times;
  return { learned, acknowledged: learned, accepted: learned, waiting: 0 };
}

itUnless(
  missingNats(),
  'the books balance after an owner is killed, another frozen past its lease, and a NATS node killed (rules 14.3, 14.4, 14.9)',
  async () => {
    const rounds = await play('an owner', 'a NATS node killed');
    expect(rounds).toHaveLength(3);
    for (const [i, round] of rounds.entries()) expect(round).toMatchObject(booksAfter(i + 1));
    // A killed owner is missed, and for less than TVs would wait of their own accord.
    expect(rounds[0]?.awayS).toBeGreaterThan(0);
  },
);

itUnless(
  missingNats(),
  'the books balance after edges, single NATS nodes and all of them were killed, frozen or lost their disks (rules 14.3, 14.4, 14.9)',
  async () => {
    const rounds = await play('edge', 'NATS node frozen', 'disk', 'all NATS');
    expect(rounds.map(({ fault }) => fault)).toEqual([
      'an edge killed',
      'an edge frozen',
      'a NATS node frozen',
      'a NATS node that lost its disk',
      'all NATS nodes killed',
      'all NATS nodes frozen',
    ]);
    for (const [i, round] of rounds.entries()) expect(round).toMatchObject(booksAfter(i + 1));
  },
);

itUnless(
  missingNats(),
  'the books balance with a slow NATS node, and after all is lost and restored: TVs say again what no backup has (rules 14.4, 14.12)',
  async () => {
    const [slow, restored] = await play('slowed', 'restored');
    expect(slow).toMatchObject(booksAfter(1));
    // They learn twice in that round: while the backup is taken, and after it.
    expect(restored).toMatchObject(booksAfter(3));
  },
);

itUnless(
  missingNats(),
  'a partition is taken over with all of its devices (rule 14.9)',
  async () => {
    const file = path.join(await temporaryFolder(), 'results.json');
    await run(process.execPath, [
      ...[program, '--failover', '5000', '--rounds', '1', '--json', file],
    ]);
    const result = JSON.parse(await readFile(file, 'utf8')) as FailoverResult;
    expect(result.secondsAway).toHaveLength(1);
    expect(result.devices).toBe(5000);
  },
);
