import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const COMMAND = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return {
    child,
    ended: output.then(([out, error, [code]]) => ({ out, error, code: Number(code) })),
  };
}

describe('npm run tv-screen', () => {
  it('says in one line where the page is, and ends at Ctrl-C', async () => {
    const { child, ended } = start('--port', '0', '--tvs', '10');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /^The TV screen is at (http:\/\/127\.0\.0\.1:\d+) /.exec(line.toString())?.[1];
    const page = await fetch(url ?? '');
    expect(await page.text()).toContain('<title>Omega TV</title>');
    // As npm does it: the terminal's signal, and npm's own right behind.
    child.kill('SIGINT');
    child.kill('SIGINT');
    const { out, error, code } = await ended;
    expect({ lines: out.trimEnd().split('\n').length, code }).toEqual({ lines: 1, code: 0 });
    expect(error).toMatch(/^10 simulated TVs: day 1 of 6 learned\n/);
  });

  it.each([
    [['--help'], 0],
    [['--port', '70000'], 2],
    [['--tvs', '3'], 2],
  ] as const)('takes %j with exit code %i', async (args, code) => {
    expect((await start(...args).ended).code).toBe(code);
  });
});
