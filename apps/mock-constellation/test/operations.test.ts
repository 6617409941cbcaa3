import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { push, reportOf, run, startServer, temporaryFolder } from './server-process.js';

describe('backup, restore and forget', () => {
  it('work on a stopped store, and say on stderr what they did', async () => {
    const folder = await temporaryFolder();
    const [data, copy] = [path.join(folder, 'data'), path.join(folder, 'copy')];
    const file = path.join(folder, 'server.backup');
    const server = await startServer(data);
    await push(server.url, 'tv-1');
    await push(server.url, 'tv-2');
    const running = await run(['backup', '--data', data, '--out', file]);
    expect(running.code).toBe(1);
    expect(running.stderr).toMatch(/^.*in use by another process.*\n$/);
    await server.stop();

    const backup = await run(['backup', '--data', data, '--out', file]);
    expect(backup).toEqual({ code: 0, stdout: '', stderr: `wrote ${file}\n` });
    const restored = await run(['restore', '--in', file, '--data', copy]);
    expect(restored).toMatchObject({ code: 0, stdout: '' });
    const forgotten = await run(['forget', '--data', copy, '--device-id', 'tv-1']);
    expect(forgotten).toMatchObject({ code: 0, stdout: '' });
    const [before, after] = [await reportOf(data), await reportOf(copy)];
    expect(after).toMatchObject({ deltasApplied: 2, samplesAccepted: 24, devices: 1 });
    expect(before).toMatchObject({ deltasApplied: 2, samplesAccepted: 24, devices: 2 });
  });

  it('end with one line for what cannot be used', async () => {
    const folder = await temporaryFolder();
    const foreign = path.join(folder, 'notes.txt');
    await writeFile(foreign, 'milk, bread');
    const copy = path.join(folder, 'copy');
    const cases: readonly (readonly [number, ...string[]])[] = [
      [2, 'restore', '--in', foreign, '--data', copy],
      [1, 'restore', '--in', path.join(folder, 'none'), '--data', copy],
      [1, 'restore', '--in', foreign, '--data', folder],
      [1, 'backup', '--data', copy, '--out', path.join(folder, 'b')],
      [1, 'forget', '--data', copy, '--device-id', 'tv-1'],
    ];
    for (const [expected, ...args] of cases) {
      const { code, stdout, stderr } = await run(args);
      expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
      expect(stderr).toMatch(/^[^\n]+\n$/);
    }
  });
});
