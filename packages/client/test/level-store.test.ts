import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it, jest } from '@jest/globals';
import { onTestFinished } from '@omega-tv/test-support';
import { silentLogger } from '@omega-tv/types';
import { NO_MARK } from '../src/engine/marks.js';
import { emptySyncState } from '../src/index.js';
import { openLevelPatternStore } from '../src/node/index.js';
import {
  clock,
  NOW_MS,
  realPattern,
  realPatterns,
  syncErrorOf,
  temporaryFolder,
} from './support.js';

const open = (directory: string) => openLevelPatternStore({ directory, clock });

/** A closed store whose records stand in a table file, not only in the log. */
async function filledStore(): Promise<string> {
  const directory = path.join(await temporaryFolder(), 'store');
  const first = await open(directory);
  await first.store.skillStore(...realPatterns(8));
  const marks = new Map([['p1', { ...NO_MARK, acknowledged: 12 }]]);
  await first.store.saveSyncState({ ...emptySyncState, lastVersion: 7, marks });
  await first.store.close();
  await (await open(directory)).store.close();
  return directory;
}

async function fileOf(directory: string, name: RegExp): Promise<string> {
  const found = (await readdir(directory)).find((file) => name.test(file));
  if (found === undefined) throw new Error(`${directory} has no ${String(name)}`);
  return path.join(directory, found);
}

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at]! ^= 1 << (at % 8);
  await writeFile(file, bytes);
}

describe('the level store', () => {
  it('makes its folder, and says how it opened', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    const opened = await open(directory);
    expect(opened.outcome).toBe('opened');
    expect(opened).not.toHaveProperty('cause');
    await opened.store.close();
  });

  it('has each step on the disk when it resolves (rules 4.5, 5.1)', async () => {
    const batch = jest.spyOn(ClassicLevel.prototype, 'batch');
    onTestFinished(() => {
      batch.mockRestore();
    });
    const { store } = await open(path.join(await temporaryFolder(), 'store'));
    await store.skillStore(...realPatterns(2));
    await store.saveSyncState({ ...emptySyncState, lastVersion: 1 });
    await store.close();
    const calls = batch.mock.calls as unknown as readonly (readonly [unknown[], object])[];
    expect(calls.map(([operations, options]) => [operations.length, options])).toEqual([
      // What the new store is.
      [1, { sync: true }],
      [2, { sync: true }],
      [1, { sync: true }],
    ]);
  });

  it('is open once at a time; a second opening says so and harms nothing', async () => {
    const directory = await filledStore();
    const { store } = await open(directory);
    const error = await syncErrorOf(open(directory));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'directory' } });
    expect(error.message).toContain(directory);
    expect(error.message).toContain('in use by another process');
    expect(await store.skillList(99)).toHaveLength(8);
    await store.close();
    const reopened = await open(directory);
    expect(reopened.outcome).toBe('opened');
    await reopened.store.close();
  });
});

describe('a corrupt store is set aside with all its files, and the TV starts (rule 5.2)', () => {
  async function expectSetAside(directory: string): Promise<void> {
    const before = new Set(await readdir(directory));
    const logged: object[] = [];
    const logger = { ...silentLogger, error: (fields: object) => logged.push(fields) };
    const opened = await openLevelPatternStore({ directory, clock, logger });
    const setAsideTo = `${directory}.corrupt-${NOW_MS}`;
    expect(opened).toMatchObject({ outcome: 'set-aside', setAsideTo });
    expect(opened.cause).toBeInstanceOf(Error);
    expect(logged).toMatchObject([{ place: directory, setAsideTo }]);
    const kept = await readdir(setAsideTo);
    for (const file of before) if (/ldb$|^CURRENT$/.test(file)) expect(kept).toContain(file);
    expect(await opened.store.skillList(99)).toEqual([]);
    await opened.store.skillStore(realPattern(3));
    await opened.store.close();
    const again = await open(directory);
    expect(again.outcome).toBe('opened');
    expect(await again.store.skillList(99)).toMatchObject([{ id: 'p3' }]);
    await again.store.close();
  }

  const damages: readonly (readonly [string, (directory: string) => Promise<void>])[] = [
    ['CURRENT is empty', async (at) => truncate(await fileOf(at, /^CURRENT$/))],
    ['CURRENT is garbage', async (at) => writeFile(path.join(at, 'CURRENT'), 'garbage')],
    ['CURRENT names another file', async (at) => flip(await fileOf(at, /^CURRENT$/), 13)],
    ['CURRENT is missing', async (at) => rm(await fileOf(at, /^CURRENT$/))],
    ['the manifest is missing', async (at) => rm(await fileOf(at, /^MANIFEST/))],
    ['the manifest is cut', async (at) => truncate(await fileOf(at, /^MANIFEST/), 40)],
    ['the manifest has a flipped bit', async (at) => flip(await fileOf(at, /^MANIFEST/), 30)],
    ['a table is missing', async (at) => rm(await fileOf(at, /ldb$/))],
    ['a table is cut', async (at) => truncate(await fileOf(at, /ldb$/), 5000)],
    ['a table is empty', async (at) => truncate(await fileOf(at, /ldb$/))],
  ];
  it.each(damages)('%s', async (_, damage) => {
    const directory = await filledStore();
    await damage(directory);
    await expectSetAside(directory);
  });

  it.each([200, 2000, 4000, 6000, 8000, 10_000, 12_000])(
    'a table has a flipped bit in byte %d',
    async (at) => {
      const directory = await filledStore();
      await flip(await fileOf(directory, /ldb$/), at);
      await expectSetAside(directory);
    },
  );

  it.each([
    ['skill!p0', 'no checksum, no JSON'],
    ['skill!p0', '00000000{}'],
    ['exchange', ''],
    ['exchange', '{"lastVersion":7}'],
    ['mark!p1', '{"acknowledged":0,"refused":0}'],
    ['!store', '{"kind":"tv-patterns","layout":2}'],
  ])('the record %s is %j', async (key, value) => {
    const directory = await filledStore();
    const db = new ClassicLevel(directory);
    await db.put(key, value);
    await db.close();
    await expectSetAside(directory);
  });

  it('an acknowledged pattern has vanished', async () => {
    const directory = await filledStore();
    const db = new ClassicLevel(directory);
    await db.del('skill!p1');
    await db.close();
    await expectSetAside(directory);
  });

  it('a damaged log loses its last records at most: what is left is whole', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    const { store } = await open(directory);
    for (const pattern of realPatterns(8)) await store.skillStore(pattern);
    await store.close();
    const log = await fileOf(directory, /log$/);
    const { length } = await readFile(log);
    for (let part = 1; part < 12; part += 1) {
      const copy = `${directory}-${part}`;
      await cp(directory, copy, { recursive: true });
      await flip(path.join(copy, path.basename(log)), Math.floor((length * part) / 12));
      const opened = await open(copy);
      expect(opened.outcome).toBe('opened');
      const whole = new Map(realPatterns(8).map((pattern) => [pattern.id, pattern]));
      for (const { id, embedding, sampleCount } of await opened.store.skillList(99)) {
        expect(whole.get(id)).toMatchObject({ sampleCount });
        expect(embedding).toEqual(whole.get(id)!.embedding);
      }
      await opened.store.close();
    }
  });
});
