import { spawnSync } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  describeUnless,
  heldToModes,
  itUnless,
  missingModes,
  missingPrlimit,
} from '@omega-tv/test-support';
import { openLevelPatternStore } from '../src/node/index.js';
import { startChild, type Child } from './child.js';
import { clock, realPattern, temporaryFolder } from './support.js';

const FIRST_COUNT = 10;

const open = (directory: string) => openLevelPatternStore({ directory, clock });

/** Opens what a killed writer left, and compares it with what it had printed as done. */
async function expectAcknowledged(directory: string, lines: readonly string[]): Promise<void> {
  const lastStep = (verb: string): number =>
    Math.max(
      0,
      ...lines.filter((line) => line.startsWith(verb)).map((line) => Number(line.split(' ')[1])),
    );
  const { store, outcome } = await open(directory);
  expect(outcome).toBe('opened');
  const counts = new Set((await store.skillList(9)).map(({ sampleCount }) => sampleCount));
  const { lastVersion } = await store.loadSyncState();
  await store.close();
  // The four patterns of a step arrive together; the step in flight may have arrived too.
  expect(counts.size).toBe(1);
  expect([...counts][0]).toBeGreaterThanOrEqual(FIRST_COUNT + lastStep('stored'));
  expect([...counts][0]).toBeLessThanOrEqual(FIRST_COUNT + lastStep('stored') + 1);
  expect(lastVersion).toBeGreaterThanOrEqual(lastStep('saved'));
}

describe('kill -9 in the middle of writes', () => {
  it('loses no acknowledged step, again and again on the same store (rule 5.1)', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    let firstStep = 1;
    for (const steps of [1, 2, 7, 40, 160]) {
      const writer = startChild('store-writer.mjs', [directory, String(firstStep)]);
      const last = firstStep + steps - 1;
      await writer.line((line) => line === `${steps % 2 === 0 ? 'saved' : 'stored'} ${last}`);
      await expectAcknowledged(directory, await writer.kill());
      firstStep = last + 3;
    }
  });
});

describeUnless(missingPrlimit(), 'a full disk (RLIMIT_FSIZE, so that writes really fail)', () => {
  function limitFiles({ process: { pid } }: Child, bytes: string): void {
    const run = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
    expect(run.status).toBe(0);
  }

  it('fails the writes, and loses nothing that was stored before or after', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    const writer = startChild('store-writer.mjs', [directory, '1']);
    await writer.line((line) => line.startsWith('saved'));
    limitFiles(writer, '400000');
    const failed = await writer.line((line) => line.startsWith('failed'));
    expect(failed).toContain('LEVEL_IO_ERROR');
    limitFiles(writer, 'unlimited');
    const step = Number(failed.split(' ')[1]);
    // Enough steps after the disk has room again, and too few for LevelDB to begin a new log.
    const isLater = (line: string) => line.startsWith('saved') && Number(line.split(' ')[1]) > step;
    const resumed = Number((await writer.line(isLater)).split(' ')[1]);
    await writer.line((line) => line === `saved ${resumed + 8}`);
    await expectAcknowledged(directory, await writer.kill());
  });
});

describe('a disk that cannot be used (rule 5.2)', () => {
  it('a file in the place of the folder: the TV starts in memory, the file stays', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    await writeFile(directory, 'not a folder');
    const { store, outcome, cause } = await open(directory);
    expect(outcome).toBe('memory-only');
    expect(cause).toBeInstanceOf(Error);
    await store.skillStore(realPattern(0));
    expect(await store.skillList(9)).toHaveLength(1);
    await store.close();
    expect(await readFile(directory, 'utf8')).toBe('not a folder');
  });

  it('a file in the place of the parent folder', async () => {
    const parent = path.join(await temporaryFolder(), 'data');
    await writeFile(parent, '');
    expect((await open(path.join(parent, 'store'))).outcome).toBe('memory-only');
  });

  it.each(['/proc/store', '/proc/1/store/deeper'])(
    '%s, where no folder can be made (rule 5.2)',
    async (directory) => {
      expect((await open(directory)).outcome).toBe('memory-only');
    },
  );

  itUnless(
    missingModes(),
    'a read-only folder: the TV starts in memory, the store stays',
    async () => {
      const folder = await temporaryFolder();
      const directory = path.join(folder, 'store');
      const first = await open(directory);
      await first.store.skillStore(realPattern(0, { sampleCount: 77 }));
      await first.store.close();
      await chmod(directory, 0o555);
      const writer = startChild('store-writer.mjs', [directory, '1'], heldToModes);
      await writer.line((line) => line === 'memory-only');
      await writer.line((line) => line.startsWith('saved'));
      await writer.kill();
      await chmod(directory, 0o755);
      const again = await open(directory);
      expect(again.outcome).toBe('opened');
      expect(await again.store.skillList(9)).toMatchObject([{ id: 'p0', sampleCount: 77 }]);
      await again.store.close();
    },
  );
});
