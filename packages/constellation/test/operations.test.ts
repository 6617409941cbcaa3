import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeAnswerFrame, encodeDeltaFrame } from '@omega-tv/compression';
import { describe, expect, it } from '@jest/globals';
import type { SyncDelta } from '@omega-tv/types';
import {
  backupStore,
  forgetDevice,
  openLevelConstellationStore,
  readReport,
  restoredEntries,
  restoreStore,
  type Constellation,
} from '../src/index.js';
import {
  openConstellation,
  patternOf,
  syncErrorOf,
  temporaryFolder,
  TestClock,
} from './support.js';
import { codecs, placedDelta, snapshots } from './v2/support.js';

const clock = new TestClock();

async function open(directory: string): Promise<Constellation> {
  const store = await openLevelConstellationStore({ directory });
  return openConstellation({ store, snapshots, clock });
}

async function sync(constellation: Constellation, delta: SyncDelta) {
  const capable = { ...delta, capabilities: ['positions', 'titles'] as const };
  const random = { next: () => 0.5 };
  const { bytes } = encodeDeltaFrame(codecs.first, capable, {
    rate: { budgetBytes: 2048 },
    random,
  });
  return decodeAnswerFrame(await constellation.syncFrame(bytes));
}

function deltaOf(deviceId: string, seq: number, contentId?: string): SyncDelta {
  return {
    ...placedDelta(deviceId, seq),
    patterns: [{ ...patternOf(0), newSamples: 10 }],
    ...(contentId === undefined ? {} : { engagements: [{ contentId, count: 1, completed: true }] }),
  };
}

/** Three TVs, a published pattern and title, and an open cohort of one more title. */
async function storeOf(folder: string): Promise<string> {
  const directory = path.join(folder, 'store');
  const constellation = await open(directory);
  for (const tv of ['tv-1', 'tv-2', 'tv-3']) {
    await sync(constellation, deltaOf(tv, 1, 'imdb:closed'));
  }
  await sync(constellation, deltaOf('tv-1', 2, 'imdb:secret'));
  await constellation.publish();
  await constellation.close();
  return directory;
}

describe('a backup', () => {
  it('brings back sums and positions, under a new epoch and numbers that no cache knows (rules 11.33, 11.34)', async () => {
    const folder = await temporaryFolder();
    const directory = await storeOf(folder);
    const [file, copy] = [path.join(folder, 'b'), path.join(folder, 'copies', 'copy')];
    await backupStore(directory, file);
    // The server goes on, and is lost.
    const lost = await open(directory);
    await sync(lost, deltaOf('tv-2', 2));
    await lost.close();
    await restoreStore(file, copy, { clock });
    const [before, after] = [await readReport(directory), await readReport(copy)];
    expect(after).toEqual({
      ...before,
      deltasApplied: before.deltasApplied - 1,
      samplesAccepted: before.samplesAccepted - 10,
      epoch: after.epoch,
      version: clock.timeMs,
    });
    expect(after.epoch).not.toBe(before.epoch);
    const restored = await open(copy);
    expect(restored.version).toBe(clock.timeMs + 1);
    const known = await sync(restored, deltaOf('tv-2', 1));
    expect(known.receipt).toMatchObject({ outcome: 'duplicate', lastSeq: 1 });
    expect(known.current.version).toBe(clock.timeMs + 1);
    expect(restored.window?.newest?.patterns).toHaveLength(1);
    expect((await restored.publish())?.trends ?? []).not.toContainEqual(
      expect.objectContaining({ contentId: 'imdb:secret' }),
    );
    await restored.close();
    expect(await readdir(path.join(folder, 'copies'))).toEqual(['copy']);
    expect((await stat(copy)).mode & 0o777).toBe(0o700);
  });

  it('of before the first publication brings no number back that the lost server used later (rule 11.34)', async () => {
    const folder = await temporaryFolder();
    const [directory, file] = [path.join(folder, 'store'), path.join(folder, 'b')];
    const early = await open(directory);
    await sync(early, deltaOf('tv-1', 1));
    await early.close();
    await backupStore(directory, file);
    const copy = path.join(folder, 'copy');
    await restoreStore(file, copy, { clock });
    expect(await readReport(copy)).toMatchObject({ devices: 1, version: clock.timeMs });
    const restored = await open(copy);
    expect(restored.version).toBe(clock.timeMs + 1);
    expect(restored.window?.newest).toMatchObject({
      patterns: [],
      timestamp: new Date(clock.timeMs).toISOString(),
    });
    await restored.close();

    // Restored once more, a day later: numbers rise with the time.
    const floors: number[] = [];
    for (const atMs of [clock.timeMs, clock.timeMs + 86_400_000]) {
      for await (const entry of restoredEntries(file, { clock: new TestClock(atMs) })) {
        if (entry.kind !== 'model') continue;
        expect(entry.value.axes.generation).toBe(0);
        floors.push(entry.value.axes.nextAtLeast ?? 0);
      }
    }
    const minutes = (clock.timeMs - Date.UTC(2026, 0, 1)) / 60_000;
    expect(floors).toEqual([minutes + 2, minutes + 2 + 24 * 60]);
  });

  it('is for its owner alone, and holds no cohort that is open and no sample: no key, no title, no device (rules 11.33, 12.16)', async () => {
    const folder = await temporaryFolder();
    const directory = await storeOf(folder);
    const file = path.join(folder, 'b');
    await writeFile(file, 'an older one');
    await backupStore(directory, file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(file);
    expect(bytes.includes('imdb:closed')).toBe(true);
    expect(bytes.includes('imdb:secret')).toBe(false);
    expect(bytes.includes('sinceMs')).toBe(false);
    for (const tv of ['tv-1', 'tv-2', 'tv-3']) expect(bytes.includes(tv)).toBe(false);
    expect((await readdir(folder)).sort()).toEqual(['b', 'store']);
  });

  it('that is cut, changed or foreign is refused, and leaves nothing behind (rule 11.33)', async () => {
    const folder = await temporaryFolder();
    const directory = await storeOf(folder);
    const [file, bad] = [path.join(folder, 'b'), path.join(folder, 'bad')];
    const copy = path.join(folder, 'copy');
    await backupStore(directory, file);
    const bytes = await readFile(file);
    const spoiled = [
      ...[0, 10, 33, bytes.length >> 1, bytes.length - 1].map((end) => bytes.subarray(0, end)),
      ...[3, 34, 60, bytes.length >> 1, bytes.length - 2].map((at) =>
        Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte))),
      ),
      Buffer.concat([bytes, Buffer.from([0])]),
      Buffer.from('{"patterns":[]}'),
    ];
    for (const content of spoiled) {
      await writeFile(bad, content);
      const error = await syncErrorOf(restoreStore(bad, copy));
      expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'file' } });
      expect(error.message).toContain(bad);
    }
    expect((await readdir(folder)).sort()).toEqual(['b', 'bad', 'store']);
  });

  it('is neither taken of a running server or an empty folder, nor restored over anything (rule 11.33)', async () => {
    const folder = await temporaryFolder();
    const directory = await storeOf(folder);
    const file = path.join(folder, 'b');
    const running = await open(directory);
    const inUse = await syncErrorOf(backupStore(directory, file));
    expect(inUse.message).toContain('in use');
    await running.close();
    expect(await syncErrorOf(backupStore(path.join(folder, 'none'), file))).toMatchObject({
      code: 'invalid-config',
    });
    await backupStore(directory, file);
    const error = await syncErrorOf(restoreStore(file, directory));
    expect(error.message).toContain('not empty');
    await mkdir(path.join(folder, 'empty'));
    await restoreStore(file, path.join(folder, 'empty'), { clock });
    expect((await readReport(path.join(folder, 'empty'))).devices).toBe(3);
  });
});

describe('a device that is forgotten', () => {
  it('leaves no record; what it contributed to sums stays (rule 11.35)', async () => {
    const folder = await temporaryFolder();
    const directory = await storeOf(folder);
    const before = await readReport(directory);
    await forgetDevice(directory, 'tv-1');
    expect(await readReport(directory)).toEqual({ ...before, devices: 2 });
    const constellation = await open(directory);
    const { receipt } = await sync(constellation, deltaOf('tv-1', 3));
    expect(receipt).toMatchObject({ outcome: 'refused', lastSeq: 0 });
    expect(receipt.standing?.position).toBeUndefined();
    expect(constellation.window?.newest?.patterns).toHaveLength(1);
    const inUse = await syncErrorOf(forgetDevice(directory, 'tv-2'));
    expect(inUse.message).toContain('in use');
    await constellation.close();
    const error = await syncErrorOf(forgetDevice(directory, 'tv-9'));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'deviceId' } });
  });
});
