import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
  createTokenKey,
  mintDeviceToken,
  TokenAuthenticator,
} from '@omega-tv/constellation';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { openToOthers } from '@omega-tv/test-support';
import type { TelevisionReport } from '../src/cli/report.js';

const COMMAND = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, INIT_CWD: folder },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const ended = once(child, 'close').then(([code]): Ended => {
    return { code: code as number | null, stdout, stderr };
  });
  return { child, ended };
}

function run(...args: readonly string[]): Promise<Ended> {
  return start(args).ended;
}

async function report(data: string): Promise<TelevisionReport> {
  const { stdout, code } = await run('report', '--data', data);
  expect(code).toBe(0);
  return JSON.parse(stdout) as TelevisionReport;
}

function runArgs(deviceId: string, ...more: readonly string[]): readonly string[] {
  const evenings = ['--interval', '20', '--evenings', '10', '--seed', '4'];
  return ['run', '--url', url, '--device-id', deviceId, '--data', deviceId, ...evenings, ...more];
}

let folder: string;
let url: string;
let constellation: Constellation;
let closeServer: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tv-agent-'));
  constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    clock: { nowMs: Date.now },
    federation: { minDevices: 2 },
  });
  const server = createServer(constellation);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  closeServer = () => server.close();
});

afterAll(async () => {
  await closeServer();
  await rm(folder, { recursive: true, force: true });
});

describe('a TV at a server with keys', () => {
  it('shows the token of its file, and loses nothing without one (rule 3.12)', async () => {
    const keys = [await createTokenKey()];
    const locked = await Constellation.open({
      store: createMemoryConstellationStore(),
      format: createNodeV1Format(),
      snapshots: { codecs: [createMiniLmCodec()] },
    });
    const server = createServer(locked, { authenticator: new TokenAuthenticator({ keys }) });
    const at = await server.listen({ host: '127.0.0.1', port: 0 });
    const args = runArgs('locked', '--url', at, '--syncs', '1', '--evenings', '60');
    const refused = await run(...args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('401');
    const before = await report('locked');
    expect(before).toMatchObject({ samplesAcknowledged: 0, samplesDeadLettered: 0 });
    expect(before.samplesWaiting).toBeGreaterThan(0);

    const token = await mintDeviceToken({ keys, deviceId: 'locked', expiresInS: 600 });
    await writeFile(path.join(folder, 'token'), `${token}\n`);
    const taken = await run(...args, '--evenings', '0', '--token-file', 'token');
    expect(taken).toMatchObject({ code: 0, stderr: '' });
    const after = await report('locked');
    expect(after).toMatchObject({ samplesDeadLettered: 0, samplesLearned: before.samplesLearned });
    expect(after.samplesAcknowledged).toBe(locked.report().samplesAccepted);
    expect(after.samplesAcknowledged).toBeGreaterThan(0);
    await server.close();
    await locked.close();
  });

  it('says that its token cannot be read', async () => {
    const { code, stderr } = await run(...runArgs('no-token', '--token-file', 'missing'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: the token file .*missing cannot be read: .*\n$/);
    const both = await run(...runArgs('no-token', '--token-file', 'a', '--token', 'b'));
    expect(both.code).toBe(2);
  });
});

describe('tv-agent', () => {
  it('runs, reports and recommends', async () => {
    const before = constellation.report().samplesAccepted;
    const ran = await run(...runArgs('kitchen', '--syncs', '4', '--json'));
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const results = ran.stdout.trimEnd().split('\n');
    expect(results).toHaveLength(4);
    for (const line of results) expect(JSON.parse(line)).toHaveProperty('patternsPushed');

    const books = await report('kitchen');
    expect(Object.keys(books)).toEqual([
      'samplesLearned',
      'samplesAcknowledged',
      'samplesWaiting',
      'samplesWithheld',
      'samplesDeadLettered',
      'samplesDropped',
      'outboxItems',
      'outboxBytes',
      'deadLetters',
      'version',
    ]);
    expect(books.samplesAcknowledged).toBeGreaterThan(0);
    expect(constellation.report().samplesAccepted - before).toBe(books.samplesAcknowledged);

    expect(await openToOthers(path.join(folder, 'kitchen'))).toEqual([]);

    const list = await run('recommend', '--data', 'kitchen', '--count', '3');
    expect(list.stdout).toMatch(/^ 1\. .+ \(\d{4}\)\n {4}.*which you finished/);
    const json = await run('recommend', '--data', 'kitchen', '--json');
    expect(JSON.parse(json.stdout)).toHaveLength(10);
  });

  it('goes on after SIGKILL at any moment; the books still balance (rules 4.9, 5.1)', async () => {
    const before = constellation.report().samplesAccepted;
    const { child, ended } = start(runArgs('attic'));
    // Killed right after a line, when it watches or pushes again.
    let [current, done] = [child, ended];
    for (let round = 0; round < 5; round += 1) {
      await once(current.stdout, 'data');
      if (round % 2 === 1) await once(current.stdout, 'data');
      current.kill('SIGKILL');
      await done;
      ({ child: current, ended: done } = start(runArgs('attic')));
    }
    current.kill('SIGKILL');
    await done;
    expect((await run(...runArgs('attic', '--syncs', '1'))).code).toBe(0);
    const books = await report('attic');
    const { samplesLearned, samplesAcknowledged, samplesWaiting, samplesWithheld } = books;
    expect(samplesWaiting).toBe(0);
    expect(samplesAcknowledged + samplesWithheld).toBe(samplesLearned);
    expect(constellation.report().samplesAccepted - before).toBe(samplesAcknowledged);
  });

  it('ends cleanly on SIGTERM', async () => {
    const { child, ended } = start(runArgs('garage'));
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([
      0,
      `stopping: what was learned is kept in ${path.join(folder, 'garage')}\n`,
    ]);
    expect((await report('garage')).samplesLearned).toBeGreaterThan(0);
  });

  it('keeps what it learned when no server answers, and says so', async () => {
    const args = runArgs('cellar', '--syncs', '3');
    const ran = await run(...args.map((arg) => (arg === url ? 'http://127.0.0.1:9' : arg)));
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('nothing listens there');
    const books = await report('cellar');
    expect(books.samplesWaiting).toBeGreaterThan(0);
    expect(books.samplesAcknowledged).toBe(0);
  });

  it('prints failures as JSON where it prints JSON', async () => {
    const args = runArgs('balcony', '--syncs', '2', '--json');
    const ran = await run(...args.map((arg) => (arg === url ? 'http://127.0.0.1:9' : arg)));
    expect(ran).toMatchObject({ code: 1, stderr: '' });
    const lines = ran.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(JSON.parse(line)).toEqual({
        error: {
          code: 'http',
          message: expect.stringContaining('nothing listens there'),
          retryable: true,
        },
      });
    }
  });

  it('runs without a folder that it can use, and says once what it does not keep', async () => {
    await writeFile(path.join(folder, 'file'), '');
    const args = runArgs('shed', '--syncs', '2');
    const ran = await run(...args.map((arg) => (arg === 'shed' ? 'file' : arg)));
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(
      /^warning: .*file cannot be used for patterns and history: a part of the path is a file.* is lost when it ends;.*\n$/,
    );
    const offline = args.map((arg) => (arg === url ? 'http://127.0.0.1:9' : arg));
    const failed = await run(...offline.map((arg) => (arg === 'shed' ? 'file' : arg)));
    expect(failed.stderr).not.toContain('nothing is lost');
  });

  it.each([
    [['report', '--data', 'nowhere'], 'No TV ever ran in'],
    [['run', '--device-id', 'x', '--data', 'x'], "required option '--url"],
    [['run', '--url', 'ftp://x', '--device-id', 'x', '--data', 'x'], 'has the scheme ftp'],
    [
      ['run', '--url', 'http://x', '--device-id', '', '--data', 'x'],
      "'--device-id <id>' must not be empty",
    ],
    [['run', '--url', 'http://x', '--device-id', 'x', '--data', 'x', '--syncs', '0'], 'from 1 to'],
    [
      ['run', '--url', 'http://x', '--device-id', 'x', '--data', 'x', '--persona', 'me'],
      'Allowed choices are night-detective',
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(args[0] === 'report' ? 1 : 2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(message);
  });

  it('explains itself', async () => {
    expect((await run('--help')).stdout).toContain('recommend');
    expect((await run('run', '--help')).stdout).toContain('--device-id <id>');
  });
});
