import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';
import { itUnless, onTestFinished } from '@omega-tv/test-support';
import { missingNats, NatsNode } from '@omega-tv/test-support/nats';
import { push, run, startServer, temporaryFolder, type Report } from './server-process.js';

/** As a TV does: what is answered 503 comes again. */
async function pushAgain(url: string, deviceId: string, sampleCount: number): Promise<void> {
  for (;;) {
    const { status, headers } = await push(url, deviceId, sampleCount);
    if (status === 200) return;
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

itUnless(
  missingNats(),
  'several servers on NATS are one: an owner that is killed is replaced, the books add up (rules 14.5, 14.9, 14.10)',
  async () => {
    const [nats] = await NatsNode.prepare(await temporaryFolder());
    await nats!.start();
    onTestFinished(() => nats!.kill());
    const start = async (role: string) => {
      const engine = ['--engine', nats!.url, '--partitions', '2', '--lease-ms', '1000'];
      const options = [...engine, '--role', role, '--workers', '0', '--admin-port', '0'];
      const server = await startServer(await temporaryFolder(), options);
      const admin = /operators: (http:\S+) /.exec(await server.operators)?.[1] ?? '';
      return { ...server, admin };
    };
    const edge = await start('edge');
    expect((await fetch(`${edge.admin}/readyz`)).status).toBe(503);
    const owners = [await start('all'), await start('owner')];
    const ready = async ({ admin }: { readonly admin: string }) => {
      while (!(await fetch(`${admin}/readyz`)).ok)
        await new Promise((next) => setTimeout(next, 20));
    };
    for (const server of [edge, ...owners]) await ready(server);
    const devices = Array.from({ length: 12 }, (_, i) => `tv-${i}`);
    for (const device of devices) await pushAgain(edge.url, device, 12);

    owners[1]!.child.kill('SIGKILL');
    await owners[1]!.ended;
    for (const device of devices) await pushAgain(edge.url, device, 20);
    const report = (await (await fetch(`${owners[0]!.admin}/report`)).json()) as Report;
    expect(report).toMatchObject({ devices: 12, samplesAccepted: 12 * 20 });
    const metrics = await (await fetch(`${owners[0]!.admin}/metrics`)).text();
    expect(metrics).toContain('omega_partition_owned{partition="p1"} 1');
    expect(metrics).toContain('omega_partitions_orphaned 0');
    for (const server of [owners[0]!, edge]) expect((await server.stop()).code).toBe(0);
  },
);

itUnless(
  missingNats(),
  'refuses an engine that is none, or does not answer, in words',
  async () => {
    const data = await temporaryFolder();
    const unknown = await run(['--data', data, '--engine', 'redis://x']);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('nats://HOST:PORT'),
    ]);
    const [nats] = await NatsNode.prepare(await temporaryFolder());
    const silent = await run(['--data', data, '--engine', nats!.url]);
    expect([silent.code, silent.stderr]).toEqual([1, expect.stringContaining('cannot be used')]);
  },
);

itUnless(
  missingNats(),
  'a cluster is reported, backed up while it runs, restored, and laid out anew (rules 14.11, 14.12, 14.13, 14.14)',
  async () => {
    const [nats] = await NatsNode.prepare(await temporaryFolder());
    await nats!.start();
    onTestFinished(() => nats!.kill());
    const folder = await temporaryFolder();
    const file = path.join(folder, 'cluster.backup');
    const on = (name: string) => ['--engine', nats!.url, '--cluster', name];
    const start = async (name: string) => {
      const options = ['--lease-ms', '1000', '--workers', '0'];
      return startServer(await temporaryFolder(), [...on(name), ...options]);
    };
    const none = await run(['backup', ...on('omega'), '--out', file]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no cluster omega')]);
    const server = await start('omega');
    for (const device of ['tv-1', 'tv-2', 'tv-3']) await pushAgain(server.url, device, 12);
    expect(await run(['backup', ...on('omega'), '--out', file])).toEqual({
      ...{ code: 0, stdout: '', stderr: `wrote ${file}\n` },
    });
    const forgotten = await run(['forget', ...on('omega'), '--device-id', 'tv-1']);
    expect(forgotten).toMatchObject({ code: 0, stdout: '' });
    const busy = await run(['repartition', ...on('omega'), '--partitions', '2']);
    expect([busy.code, busy.stderr]).toEqual([2, expect.stringContaining('stop all of them')]);
    expect((await server.stop()).code).toBe(0);

    const made = ['--partitions', '3', '--lease-ms', '1000'];
    const restored = await run(['restore', ...on('copy'), '--in', file, ...made]);
    expect(restored).toMatchObject({ code: 0, stdout: '' });
    expect(await run(['restore', ...on('copy'), '--in', file])).toMatchObject({ code: 2 });
    const wider = await run(['repartition', ...on('copy'), '--partitions', '6', '--data', folder]);
    expect(wider).toMatchObject({ code: 0, stdout: '' });
    const again = await start('copy');
    for (const device of ['tv-1', 'tv-2', 'tv-3']) await pushAgain(again.url, device, 20);
    expect((await again.stop()).code).toBe(0);
    const reports = [];
    for (const name of ['omega', 'copy']) {
      const { stdout } = await run(['report', ...on(name), '--data', folder]);
      reports.push(JSON.parse(stdout) as Report);
    }
    expect(reports).toMatchObject([
      { devices: 2, samplesAccepted: 36 },
      { devices: 3, samplesAccepted: 60 },
    ]);
    // Nothing of it stays in the folder.
    expect(await readdir(folder)).toEqual(['cluster.backup']);
  },
);
