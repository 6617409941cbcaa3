import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function run(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const begun = once(child.stderr, 'data');
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { child, begun, ended };
}

describe('the command', () => {
  it('prints a single table', async () => {
    const { code, stdout } = await run(['--only', 'v1-sizes']).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\| ids \| patterns \|/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(12);
  });

  it.each([
    [['--only', 'all'], 'Allowed choices are v1-sizes, cluster-cosines'],
    [['--viewers', 'x', '--known', 'some'], 'Allowed choices are time, random'],
    [['--liars'], '--liars needs --viewers <folder>'],
    [['--shuffle'], '--shuffle needs --viewers <folder>'],
    [['--viewers', 'x', '--svg', 'y'], "cannot be used with option '--svg <file>'"],
    [['--only', 'v1-sizes', '--json', 'x'], "cannot be used with option '--json <file>'"],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(args).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('ends at Ctrl-C, which npm passes on a second time', async () => {
    const { child, begun, ended } = run(['--only', 'cluster-thresholds']);
    await begun;
    child.kill('SIGINT');
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/\ninterrupted: nothing was printed or written\n$/);
  });
});
