import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { onTestFinished, temporaryFolder, waitUntil } from '@omega-tv/test-support';
import type { TelevisionReport } from '../src/cli/report.js';
import type { TelevisionStatus } from '../src/cli/status.js';

const COMMAND = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const catalogue = loadCatalogue();
const [title, other] = catalogue;

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, stdout, stderr }));
  return { child, ended };
}

async function say(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await start(...args).ended;
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** All bytes of the files under a folder. */
async function bytesIn(directory: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    const found = await stat(file);
    if (found.isDirectory()) parts.push(await bytesIn(file));
    else if (found.isFile()) parts.push(await readFile(file));
  }
  return Buffer.concat(parts);
}

let url: string;
let constellation: Constellation;
let closeServer: () => Promise<void>;

beforeAll(async () => {
  constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    federation: { minDevices: 2 },
  });
  const server = createServer(constellation);
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  closeServer = () => server.close();
});

afterAll(async () => {
  await closeServer();
  await constellation.close();
});

describe('a TV that runs (rule 6.14)', () => {
  it('is asked for its status, its metrics and its report, fed by hand, and stopped', async () => {
    const data = path.join(await temporaryFolder(), 'tv');
    const plan = ['--interval', '600000', '--evenings', '12', '--seed', '4', '--share-titles'];
    const tv = start('run', '--url', url, '--device-id', 'tv-qx8zkvw', '--data', data, ...plan);
    await once(tv.child.stdout, 'data');
    const status = async () =>
      JSON.parse(await say('status', '--data', data, '--json')) as TelevisionStatus;
    await waitUntil(async () => (await status()).state === 'idle');
    const now = await status();
    expect(now).toMatchObject({
      state: 'idle',
      waitsFor: 'interval',
      consecutiveFailures: 0,
      evenings: 12,
      viewingsInMemory: 0,
      standing: { protocolVersion: 2, outbox: { pushes: 0 } },
      lastSuccess: { result: { protocolVersion: 2 } },
    });
    expect(now.flash.writtenBytes).toBeGreaterThan(0);
    expect(now.nextAttemptAtMs).toBeGreaterThan(now.sinceMs);
    const text = await say('status', '--data', data);
    expect(text).toMatch(/^idle for \d+ s: the next exchange comes after the interval\n/);
    expect(text).toMatch(/next exchange: in \d+ min\n/);

    const before = JSON.parse(await say('report', '--data', data)) as TelevisionReport;
    const answer = JSON.parse(
      await say('watch', title!.id, '--data', data, '--percent', '95', '--json'),
    ) as object;
    expect(answer).toEqual({ durableWithinMs: 10_000 });
    expect((await status()).viewingsInMemory).toBe(1);

    const metrics = await say('metrics', '--data', data);
    expect(metrics).toMatch(/^omega_tv_exchanges_total\{outcome="success"\} 1$/m);
    expect(metrics).toMatch(/^omega_tv_flash_written_bytes_total [1-9]\d+$/m);
    expect(metrics).toMatch(/^omega_tv_outbox_age_seconds 0$/m);
    expect(metrics).toMatch(/^# TYPE omega_tv_exchange_seconds histogram$/m);
    expect(metrics.endsWith('# EOF\n')).toBe(true);
    for (const secret of ['tv-qx8zkvw', title!.id, title!.title]) {
      expect(metrics).not.toContain(secret);
    }

    // Only its owner may ask; the folder is the TV's own.
    expect((await stat(path.join(data, 'agent.sock'))).mode & 0o077).toBe(0);
    const second = await start('forget', '--data', data).ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('in use by another process');

    tv.child.kill('SIGTERM');
    expect(await tv.ended).toMatchObject({
      code: 0,
      stderr: `stopping: what was learned is kept in ${data}\n`,
    });
    expect(await readdir(data)).not.toContain('agent.sock');
    const after = JSON.parse(await say('report', '--data', data)) as TelevisionReport;
    // The viewing that waited for its window was written on the way out.
    expect(after.samplesLearned).toBe(before.samplesLearned + 1);
  });

  it('that was killed leaves no one waiting: the next one answers in its place', async () => {
    const data = path.join(await temporaryFolder(), 'tv');
    const args = ['run', '--url', url, '--device-id', 'killed', '--data', data, '--evenings', '2'];
    const first = start(...args);
    await once(first.child.stdout, 'data');
    first.child.kill('SIGKILL');
    await first.ended;
    const nobody = await start('status', '--data', data).ended;
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toMatch(/^error: No TV runs in .* starts one\n$/);
    const again = start(...args);
    await once(again.child.stdout, 'data');
    expect(await say('status', '--data', data)).toContain('speaks v2');
    again.child.kill('SIGTERM');
    await again.ended;
  });

  it('says that it is offline, since when, and what waits', async () => {
    const data = path.join(await temporaryFolder(), 'tv');
    const nowhere = ['--url', 'http://127.0.0.1:9', '--device-id', 'offline', '--data', data];
    const plan = ['--evenings', '40', '--seed', '4', '--interval', '600000'];
    const tv = start('run', ...nowhere, ...plan);
    await once(tv.child.stderr, 'data');
    const ask = async () =>
      JSON.parse(await say('status', '--data', data, '--json')) as TelevisionStatus;
    await waitUntil(async () => ((await ask()).standing?.waitingSamples ?? 0) > 0);
    const status = await ask();
    expect(status.lastError).toMatchObject({ code: 'http', retryable: true });
    expect(status.lastError?.message).toContain('nothing listens there');
    expect(['offline', 'syncing']).toContain(status.state);
    expect(await say('metrics', '--data', data)).toMatch(/outcome="http"\} [1-9]/);
    tv.child.kill('SIGTERM');
    await tv.ended;
  });
});

describe('a TV that does not run', () => {
  it('says so, and takes viewings all the same', async () => {
    const data = path.join(await temporaryFolder(), 'tv');
    for (const command of ['status', 'metrics'] as const) {
      const { code, stdout, stderr } = await start(command, '--data', data).ended;
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^error: No TV runs in .*\n$/);
    }
    const never = await start('watch', title!.id, '--data', data).ended;
    expect(never.stderr).toContain('No TV ever ran in');

    const syncs = ['--evenings', '0', '--syncs', '1'];
    const runArgs = ['run', '--url', url, '--device-id', 'stopped', '--data', data, ...syncs];
    await say(...runArgs);
    expect(await say('watch', title!.title, '--data', data)).toBe('watched: it is kept\n');
    expect(await say('watch', other!.id, '--data', data, '--percent', '20')).toContain(
      'it is kept',
    );
    const report = JSON.parse(await say('report', '--data', data)) as TelevisionReport;
    expect(report.samplesLearned).toBe(2);
    const unknown = await start('watch', 'no such title', '--data', data).ended;
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('plays no title "no such title"'),
    ]);
    expect((await start('watch', title!.id, '--data', data, '--percent', '101').ended).code).toBe(
      2,
    );
  });
});

describe('profiles of a TV', () => {
  it('a private one contributes nothing; forgotten, it leaves no byte (rules 5.11, 5.12)', async () => {
    const data = path.join(await temporaryFolder(), 'tv');
    const accepted = constellation.report().samplesAccepted;
    const common = ['--url', url, '--device-id', 'family', '--data', data, '--interval', '10'];
    const evenings = ['--evenings', '40', '--syncs', '1', '--seed', '4'];
    await say('run', ...common, ...evenings, '--profile', 'kids-qx8zk', '--private');
    const withheld = JSON.parse(await say('report', '--data', data)) as TelevisionReport;
    expect(withheld.samplesWithheld).toBe(withheld.samplesLearned);
    expect(constellation.report().samplesAccepted).toBe(accepted);

    await say('run', ...common, ...evenings, '--profile', 'anna', '--share-titles');
    const both = JSON.parse(await say('report', '--data', data)) as TelevisionReport;
    expect(both.samplesAcknowledged).toBeGreaterThan(0);
    expect((await bytesIn(data)).includes('kids-qx8zk')).toBe(true);

    expect(await say('forget', '--data', data, '--profile', 'kids-qx8zk')).toMatch(/^forgotten: /);
    expect((await bytesIn(data)).includes('kids-qx8zk')).toBe(false);
    const left = JSON.parse(await say('report', '--data', data)) as TelevisionReport;
    expect(left.samplesLearned).toBe(both.samplesLearned - withheld.samplesLearned);
    expect(left.samplesAcknowledged).toBe(both.samplesAcknowledged);
    const again = await start('forget', '--data', data, '--profile', 'kids-qx8zk').ended;
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('No profile')]);
    await say('forget', '--data', data);
    expect(await readdir(data)).toEqual([]);
  });
});
