import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeAnswerFrame, encodeDeltaFrame } from '@omega-tv/compression';
import { describe, expect, it } from '@jest/globals';
import { waitUntil } from '@omega-tv/test-support';
import { backupStore, openLevelConstellationStore, type Constellation } from '../src/index.js';
import { openConstellation, patternOf, temporaryFolder, TestClock } from './support.js';
import { codecs, placedDelta, snapshots } from './v2/support.js';

/** What a TV says that must not stay. They have no part in common: tables of LevelDB are compressed. */
const DEVICE = 'Q7zeppelinKF';
const TITLE = 'W3:marzipanXU';
const PATTERN = 'V9obeliskYT';
const SECRETS = [DEVICE, TITLE, PATTERN];
const MINUTE_MS = 60_000;

async function push(constellation: Constellation, deviceId: string, seq: number): Promise<void> {
  const delta = {
    ...placedDelta(deviceId, seq),
    patterns: [{ ...patternOf(0), id: PATTERN, newSamples: 10 }],
    engagements: [{ contentId: TITLE, count: 1, completed: true }],
    capabilities: ['positions', 'titles'] as const,
  };
  const rate = { budgetBytes: 2048 };
  const { bytes } = encodeDeltaFrame(codecs.first, delta, { rate, random: { next: () => 0.5 } });
  const { receipt } = decodeAnswerFrame(await constellation.syncFrame(bytes));
  expect(receipt.outcome).toBe('applied');
}

/** Which of the secrets stand in clear in any file of a folder, LevelDB's own log of events included. */
async function foundIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory);
  // LevelDB removes files meanwhile.
  const files = await Promise.all(
    names.map((name) => readFile(path.join(directory, name)).catch(() => Buffer.of())),
  );
  return SECRETS.filter((secret) => files.some((bytes) => bytes.includes(secret)));
}

describe('what a TV said, a while later', () => {
  it('is in no file of a server that runs on, but for the title while its cohort waits (rule 5.20)', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    const clock = new TestClock();
    // The time since the start is virtual as well.
    const running = { nowMs: () => clock.timeMs, monotonicMs: () => clock.timeMs };
    const store = await openLevelConstellationStore({ directory });
    const constellation = await openConstellation({ store, snapshots, clock: running });
    await push(constellation, DEVICE, 1);
    // The log has it, so that a crash loses nothing; else this test would find nothing anywhere.
    expect(await foundIn(directory)).toEqual(SECRETS);

    // Fifteen minutes of publishing: checkpoints, and the files written anew.
    for (let minute = 0; minute <= 16; minute += 1) {
      clock.timeMs += MINUTE_MS;
      await constellation.publish();
      await constellation.checkpoint();
    }
    // The files are written anew beside the pushes.
    await waitUntil(async () => (await foundIn(directory)).length <= 1);
    expect(await foundIn(directory)).toEqual([TITLE]);
    await constellation.close();
    expect(await foundIn(directory)).toEqual([TITLE]);

    const backup = path.join(path.dirname(directory), 'backup');
    await backupStore(directory, backup);
    const bytes = await readFile(backup);
    expect(SECRETS.filter((secret) => bytes.includes(secret))).toEqual([]);
  });

  it('goes with its cohort, after a half-life, where too few said the same (rule 5.20)', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    const clock = new TestClock();
    const maxClockStepMs = Number.MAX_SAFE_INTEGER;
    const constellation = await openConstellation({
      store: await openLevelConstellationStore({ directory }),
      snapshots,
      clock,
      federation: { minDevices: 3, maxClockStepMs },
      learning: { maxClockStepMs },
    });
    await push(constellation, DEVICE, 1);
    clock.timeMs += 100 * 24 * 60 * MINUTE_MS;
    await constellation.publish();
    await constellation.close();
    expect(await foundIn(directory)).toEqual([]);
  });
});
