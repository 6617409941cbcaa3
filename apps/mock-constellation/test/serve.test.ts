import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openToOthers } from '@omega-tv/test-support';
import {
  bodyOf,
  format,
  push,
  reportOf,
  run,
  startServer,
  temporaryFolder,
  versionOf,
} from './server-process.js';

const OPEN = 'no --keys: anybody may push for any TV, so only this machine is listened to\n';
const STOPPING = `${OPEN}stopping: requests under way are answered first\n`;

describe('serve', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'prints one line, and on %s answers what is under way and ends with 0',
    async (signal) => {
      const data = await temporaryFolder();
      const server = await startServer(data);
      expect((await fetch(`${server.url}/api/v1/health`)).status).toBe(200);
      const { hostname, port } = new URL(server.url);
      const body = await bodyOf('tv-1');
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(
        `POST /api/v1/sync HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n` +
          `content-type: application/octet-stream\r\ncontent-length: ${body.length}\r\n\r\n`,
      );
      // "100 Continue" says that the server has begun with the request.
      const [go] = (await once(socket, 'data')) as [Buffer];
      expect(go.toString()).toMatch(/^HTTP\/1.1 100/);
      // Twice, as npm passes Ctrl-C on: the second one changes nothing.
      server.child.kill(signal);
      server.child.kill(signal);
      while (await fetch(`${server.url}/api/v1/health`).catch(() => undefined));
      socket.write(body);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 200/);
      expect(await server.ended).toEqual({
        code: 0,
        stdout: `Constellation listening on ${server.url}\n`,
        stderr: STOPPING,
      });
      expect(await reportOf(data)).toMatchObject({ deltasApplied: 1, samplesAccepted: 12 });
    },
  );

  it('keeps its store from everybody else', async () => {
    const data = path.join(await temporaryFolder(), 'server/data');
    const server = await startServer(data);
    await push(server.url, 'tv-1');
    await server.stop();
    await reportOf(data);
    expect(await openToOthers(path.dirname(data))).toEqual([]);
  });

  it('keeps everything over a restart', async () => {
    const data = await temporaryFolder();
    const options = ['--min-devices', '3', '--publish-every', '1'];
    const first = await startServer(data, options);
    for (const device of ['tv-1', 'tv-2', 'tv-3']) await push(first.url, device);
    while ((await versionOf(first.url)) === 0);
    const answer = Buffer.from(await (await push(first.url, 'tv-1')).arrayBuffer());
    await first.stop();
    const report = await reportOf(data);
    expect(report).toMatchObject({ devices: 3, deltasApplied: 3, duplicates: 1, version: 1 });

    const second = await startServer(data, options);
    expect(await versionOf(second.url)).toBe(1);
    expect(Buffer.from(await (await push(second.url, 'tv-1')).arrayBuffer())).toEqual(answer);
    await second.stop();
    expect(await reportOf(data)).toEqual({ ...report, duplicates: 2 });
  });

  it('resolves --data against the folder of the caller', async () => {
    const caller = await temporaryFolder();
    await mkdir(path.join(caller, 'here'));
    const server = await startServer('here/store', [], { INIT_CWD: caller });
    await server.stop();
    expect(await readdir(path.join(caller, 'here/store'))).toContain('CURRENT');
    expect((await run(['report', '--data', 'here/store'], { INIT_CWD: caller })).code).toBe(0);
  });

  it.each([
    [['--data', 'x', '--port', '99999'], 'Expected a whole number from 0 to 65535'],
    [['--data', 'x', '--min-devices', '0'], 'Expected a whole number from 1'],
    [['--data', 'x', '--publish-every', 'soon'], 'Expected a whole number from 1'],
    [['--data', 'x', '--fault-error-rate', '1.5'], 'Expected a number from 0 to 1'],
    [['--data', 'x', '--log-level', 'loud'], 'Allowed choices are debug, info, warn'],
    [['--data', 'x', '--region', 'Germany'], 'Expected two capital letters'],
    [['--data', 'x', '--admin-port', '99999'], 'Expected a whole number from 0 to 65535'],
    [['--data', 'x', '--rate-per-device', '0'], 'Expected a whole number from 1'],
    [['--data', 'x', '--allow-origin', 'tv.example.com'], 'no origin; expected scheme, host'],
    [['token', '--keys', 'x', '--device-id', 'a', '--expires-in', '0'], 'Expected a whole number'],
    [['--data', 'x', '--prot', '1'], "unknown option '--prot'"],
    [[], "required option '--data <folder>' not specified"],
    [['report'], 'Say which store: --data FOLDER, or --engine nats://HOST:PORT'],
    [['frobnicate', '--data', 'x'], 'too many arguments'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(args, { INIT_CWD: await temporaryFolder() });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(message);
  });

  it('says in one line that its folder cannot be used', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'file'), '');
    for (const place of ['file', 'file/below']) {
      const ended = await run(['--port', '0', '--data', path.join(folder, place)]);
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toMatch(/^error: No data can be kept in .*file.*\n$/);
    }
  });

  it('says that a port or a store is in use', async () => {
    const data = await temporaryFolder();
    const server = await startServer(data);
    const { port } = new URL(server.url);
    const samePort = await run(['--port', port, '--data', await temporaryFolder()]);
    expect(samePort).toMatchObject({ code: 1, stdout: '' });
    expect(samePort.stderr).toMatch(
      /^error: port \d+ of 127\.0\.0\.1: another process listens there;.*\n$/,
    );
    const sameStore = await run(['--port', '0', '--data', data]);
    expect(sameStore).toMatchObject({ code: 1, stdout: '' });
    expect(sameStore.stderr).toMatch(/^error: The store .* is in use by another process;.*\n$/);
    await server.stop();
  });

  it('explains every option with --help', async () => {
    const { code, stdout } = await run(['serve', '--help']);
    expect(code).toBe(0);
    for (const option of [
      ...['host', 'port', 'data', 'min-devices', 'publish-every', 'region', 'log-level'],
      ...['fault-latency', 'fault-error-rate', 'fault-truncate-rate', 'fault-version-offset'],
      ...['fault-seed', 'keys', 'allow-origin', 'trust-proxy', 'rate-per-address'],
      ...['rate-per-device', 'max-pending', 'admin-port', 'log-every'],
    ]) {
      expect(stdout).toMatch(new RegExp(`--${option} <[^>]+>\\s+\\w`));
    }
    expect((await run(['--help'])).stdout).toMatch(/serve[\s\S]*report/);
    expect((await run(['report', '--help'])).stdout).toContain('--data <folder>');
  });
});

describe('report', () => {
  it('has exactly its keys', async () => {
    const data = await temporaryFolder();
    const server = await startServer(data);
    await push(server.url, 'tv-1');
    await fetch(`${server.url}/api/v1/sync`, { method: 'POST', body: 'hello' });
    await server.stop();
    const { code, stdout, stderr } = await run(['report', '--data', data]);
    expect([code, stderr]).toEqual([0, '']);
    const { epoch, ...report } = JSON.parse(stdout) as { epoch: string };
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual([
      ...['devices', 'deltasApplied', 'duplicates', 'refused', 'samplesAccepted', 'version'],
      'epoch',
    ]);
    expect(epoch).toMatch(/^[\w-]{43}$/);
    expect(report).toEqual({
      devices: 1,
      deltasApplied: 1,
      duplicates: 0,
      refused: 1,
      samplesAccepted: 12,
      version: 0,
    });
  });

  it('says what is wrong, and nothing on stdout', async () => {
    const empty = await temporaryFolder();
    const data = await temporaryFolder();
    const server = await startServer(data);
    for (const [folder, message] of [
      [path.join(empty, 'missing'), 'holds no store'],
      [empty, 'holds no store'],
      [data, 'is in use by another process'],
    ] as const) {
      const { code, stdout, stderr } = await run(['report', '--data', folder]);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(new RegExp(`^error: The store ${folder} ${message};.*\n$`));
    }
    expect(await readdir(empty)).toEqual([]);
    await server.stop();
  });
});

describe('faults', () => {
  it('--fault-error-rate 1 answers all with a problem, and handles nothing', async () => {
    const data = await temporaryFolder();
    const server = await startServer(data, ['--fault-error-rate', '1']);
    const answer = await push(server.url, 'tv-1');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toMatchObject({ type: 'urn:omega-tv:problem:http', status: 503 });
    expect((await fetch(`${server.url}/api/v1/health`)).status).toBe(503);
    await server.stop();
    expect(await reportOf(data)).toMatchObject({ devices: 0, refused: 0 });
  });

  it('--fault-error-rate is a share, the same for the same seed', async () => {
    const statuses = async () => {
      const options = ['--fault-error-rate', '0.5', '--fault-seed', '7'];
      const server = await startServer(await temporaryFolder(), options);
      const seen = [];
      for (let i = 0; i < 20; i += 1) {
        seen.push((await fetch(`${server.url}/api/v1/health`)).status);
      }
      await server.stop();
      return seen;
    };
    const first = await statuses();
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await statuses()).toEqual(first);
  });

  it('--fault-truncate-rate 1 breaks the answer after the delta was counted', async () => {
    const data = await temporaryFolder();
    const server = await startServer(data, ['--fault-truncate-rate', '1']);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await push(server.url, 'tv-1');
      expect(answer.status).toBe(200);
      await expect(answer.arrayBuffer()).rejects.toThrow();
    }
    expect(await server.stop()).toMatchObject({ code: 0, stderr: STOPPING });
    expect(await reportOf(data)).toMatchObject({ deltasApplied: 1, duplicates: 2, refused: 0 });
  });

  it.each([
    ['-5', 0],
    ['41', 42],
  ])('--fault-version-offset %s is added wherever a version is told', async (offset, told) => {
    const data = await temporaryFolder();
    const options = ['--min-devices', '1', '--publish-every', '1'];
    const plain = await startServer(data, options);
    await push(plain.url, 'tv-1');
    while ((await versionOf(plain.url)) === 0);
    await plain.stop();
    const server = await startServer(data, ['--fault-version-offset', offset]);
    expect(await versionOf(server.url)).toBe(told);
    const answer = new Uint8Array(await (await push(server.url, 'tv-1')).arrayBuffer());
    expect(await format.decodeGlobalPatterns(answer)).toMatchObject({
      version: told,
      patterns: [{ id: 'global:drama-1' }],
    });
    await server.stop();
    expect(await reportOf(data)).toMatchObject({ version: 1 });
  });

  it('--fault-latency waits before a request is handled', async () => {
    const data = await temporaryFolder();
    const server = await startServer(data, ['--fault-latency', '300']);
    const events: string[] = [];
    const slow = push(server.url, 'tv-1').then(({ status }) => events.push(`answer ${status}`));
    // A timer of half the time, set after the request was sent, is over first.
    const timer = new Promise((resolve) => setTimeout(resolve, 150)).then(() =>
      events.push('timer'),
    );
    await Promise.all([slow, timer]);
    expect(events).toEqual(['timer', 'answer 200']);
    await server.stop();
  });
});
