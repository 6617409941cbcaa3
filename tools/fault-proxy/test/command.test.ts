import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { onTestFinished } from '@omega-tv/test-support';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function run(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => child.kill('SIGKILL'));
  const closed = once(child, 'close') as Promise<[number | null]>;
  const ended = Promise.all([closed, text(child.stderr)]).then(([[code], stderr]) => ({
    code,
    stderr,
  }));
  return { child, ended };
}

/** Starts the proxy before a server that answers `ok`; `stop` ends it as Ctrl-C does. */
async function start(args: readonly string[]) {
  const server = createServer((_, response) => response.end('ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const { child, ended } = run(['--target', `http://127.0.0.1:${port}`, ...args]);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = /^fault-proxy listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1] ?? line;
  const stop = async () => {
    child.kill('SIGINT');
    return ended;
  };
  return { url, stop };
}

describe('the command', () => {
  it('breaks exchanges in order, then passes them on, and says so', async () => {
    const { url, stop } = await start(['--fault', 'portal', '--fault', 'status=503,60']);
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Log in')]);
    expect((await fetch(`${url}/again`)).headers.get('retry-after')).toBe('60');
    expect(await (await fetch(url)).text()).toBe('ok');
    expect(await stop()).toEqual({
      code: 0,
      stderr:
        'GET /: portal status=200\nGET /again: status status=503 retryAfter=60\nGET /: none\n',
    });
  });

  it('draws the same faults for the same seed', async () => {
    const args = ['--fault', 'status=503', '--fault', 'portal', '--rate', '0.5', '--seed', '3'];
    const runs: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      const { url, stop } = await start(args);
      for (let exchange = 0; exchange < 24; exchange += 1) await (await fetch(url)).text();
      runs.push((await stop()).stderr);
    }
    expect(runs[0]).toBe(runs[1]);
    for (const kind of ['none', 'status', 'portal']) expect(runs[0]).toContain(`GET /: ${kind}`);
  });

  it('breaks connections', async () => {
    const { url, stop } = await start(['--tcp', '--fault', 'reset']);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(await (await fetch(url)).text()).toBe('ok');
    expect((await stop()).stderr).toBe('connection: reset\nconnection: none\n');
  });

  it.each([
    [[], "required option '--target <url>' not specified"],
    [['--target', 'here'], 'Expected a URL such as http://127.0.0.1:8787'],
    [['--target', 'http://127.0.0.1:1', '--fault', 'rain'], '--fault rain is none here'],
    [['--target', 'http://127.0.0.1:1', '--fault', 'portal', '--tcp'], '--fault portal is none'],
    [['--target', 'http://127.0.0.1:1', '--rate', '2'], 'Expected a number from 0 to 1'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await run(args).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('lists its faults', async () => {
    const { child, ended } = run(['--help']);
    const help = await text(child.stdout);
    expect((await ended).code).toBe(0);
    expect(help).toContain('cut-answer=BYTES');
    expect(help).toContain('throttle=BITS-PER-SECOND');
  });
});
