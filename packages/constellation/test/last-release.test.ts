import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from '@jest/globals';
import { openRecords } from '@omega-tv/level/node';
import { openLevelConstellationStore, readReport } from '../src/index.js';
import { deviceKeyOf, syncErrorOf, temporaryFolder } from './support.js';

/** What release 0.1 wrote, and what it reported of it. */
const STORE = new URL('fixtures/server-0.1', import.meta.url);
const REPORT = new URL('fixtures/server-0.1.json', import.meta.url);

async function recordsOf(directory: string): Promise<readonly (readonly [string, string])[]> {
  const db = new ClassicLevel(directory);
  const records = await db.iterator().all();
  await db.close();
  return records;
}

async function copyOf(store: URL): Promise<string> {
  const directory = path.join(await temporaryFolder(), 'store');
  await cp(fileURLToPath(store), directory, { recursive: true });
  return directory;
}

describe('a store that the last release of the server wrote', () => {
  it('opens with all that it held, and again', async () => {
    const directory = await copyOf(STORE);
    const report: unknown = JSON.parse(await readFile(REPORT, 'utf8'));
    for (let opening = 0; opening < 2; opening += 1) {
      expect(await readReport(directory)).toEqual(report);
    }
    const store = await openLevelConstellationStore({ directory });
    const stored = await store.checkpoints.load();
    expect(stored?.federation.clusters.size).toBeGreaterThan(0);
    expect(stored?.federation.published.patterns).toHaveLength(2);
    expect(stored?.frames.size).toBe(1);
    expect((await store.checkpoints.loadDevice(deviceKeyOf('tv-a')))?.marks).toEqual(
      new Map([
        ['tv-a-0', 12],
        ['tv-a-1', 12],
      ]),
    );
    await store.close();
  });
});

describe("a TV's folder is refused, and stays as it is (rule 5.6)", () => {
  async function expectRefused(directory: string, holds: string): Promise<void> {
    const records = await recordsOf(directory);
    const error = await syncErrorOf(openLevelConstellationStore({ directory }));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'directory' } });
    expect(error.message).toBe(`The store ${directory} holds ${holds}; choose another folder`);
    expect(await syncErrorOf(readReport(directory))).toMatchObject({ message: error.message });
    expect(await recordsOf(directory)).toEqual(records);
  }

  it('of the last release', async () => {
    const directory = await copyOf(new URL('../../client/test/fixtures/tv-0.1', import.meta.url));
    await expectRefused(directory, 'something else than "constellation"');
  });

  it('of this release', async () => {
    const directory = await temporaryFolder();
    await (await openRecords({ directory, kind: 'tv-patterns', layout: 2 })).close();
    await expectRefused(directory, '"tv-patterns", not "constellation"');
  });
});
