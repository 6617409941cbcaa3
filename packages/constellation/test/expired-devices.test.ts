import { setImmediate } from 'node:timers/promises';
import { decodeAnswerFrame, encodeDeltaFrame } from '@omega-tv/compression';
import { describe, expect, it } from '@jest/globals';
import { createMemoryConstellationStore, type Constellation } from '../src/index.js';
import { bodyOf, openConstellation, patternOf, syncErrorOf, TestClock } from './support.js';
import { codecs, placedDelta, snapshots } from './v2/support.js';

const DAY_MS = 24 * 60 * 60 * 1000;

function frameOf(deviceId: string, seq: number): Uint8Array {
  const delta = { ...placedDelta(deviceId, seq), capabilities: ['positions'] as const };
  return encodeDeltaFrame(codecs.first, delta, { rate: { budgetBytes: 4096 } }).bytes;
}

async function push(constellation: Constellation, deviceId: string, seq: number) {
  return decodeAnswerFrame(await constellation.syncFrame(frameOf(deviceId, seq))).receipt;
}

class DaysClock extends TestClock {
  monotonicMs(): number {
    return this.timeMs;
  }
}

/** Lets days pass, one by one; a publication each, as a server has them, begins what is due. */
async function passDays(clock: TestClock, constellation: Constellation, days: number) {
  for (let day = 0; day < days; day += 1) {
    clock.timeMs += DAY_MS;
    await constellation.publish();
    // What was begun has no waiting but its turns.
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
  }
}

describe('devices that push no more', () => {
  it('are forgotten after the days that they are kept; who counts by marks stays (rule 10.8)', async () => {
    const clock = new DaysClock();
    const store = createMemoryConstellationStore();
    const options = { store, clock, snapshots, deviceDays: 20 };
    const constellation = await openConstellation(options);
    await push(constellation, 'gone', 1);
    await push(constellation, 'busy', 1);
    await constellation.sync(await bodyOf('old', patternOf(1)));
    await passDays(clock, constellation, 19);
    await push(constellation, 'busy', 2);
    expect(constellation.report().devices).toBe(3);

    await passDays(clock, constellation, 3);
    expect(await constellation.recordsOf('gone')).toEqual([]);
    expect(await constellation.recordsOf('busy')).toHaveLength(1);
    expect(await constellation.recordsOf('old')).toHaveLength(1);
    expect(constellation.report().devices).toBe(2);

    // It comes back under its old epoch, and learns that it is unknown; a late copy opens nothing.
    expect(await push(constellation, 'gone', 2)).toMatchObject({ outcome: 'refused', lastSeq: 0 });

    // The step stands in the log: a server that was killed has it after its start.
    const again = await openConstellation(options);
    expect(again.report()).toEqual(constellation.report());
    expect(await again.recordsOf('gone')).toEqual([]);
  });

  it('are forgotten in spite of their marks where nothing of them joined a cohort (rule 10.8)', async () => {
    const clock = new DaysClock();
    const store = createMemoryConstellationStore();
    const options = { store, clock, snapshots, deviceDays: 20 };
    const constellation = await openConstellation(options);
    const stranger = { contributes: false };
    const owner = { contributes: false, deviceId: 'updated' };
    await constellation.sync(await bodyOf('stranger', patternOf(1)), stranger);
    await constellation.sync(await bodyOf('updated', patternOf(1)), owner);
    await constellation.sync(await bodyOf('mixed', patternOf(1)), { ...owner, deviceId: 'mixed' });
    await constellation.checkpoint();
    // Later one counts by its place, and the other by marks.
    await push(constellation, 'updated', 1);
    await constellation.sync(await bodyOf('mixed', patternOf(2)));
    expect(constellation.report().devices).toBe(3);
    await passDays(clock, constellation, 22);
    expect(await constellation.recordsOf('stranger')).toEqual([]);
    expect(await constellation.recordsOf('updated')).toEqual([]);
    expect(await constellation.recordsOf('mixed')).toHaveLength(1);
    expect(constellation.report().devices).toBe(1);
    const again = await openConstellation(options);
    expect(again.report()).toEqual(constellation.report());
  });

  it('are not forgotten because a clock jumped (rule 10.8)', async () => {
    const clock = new DaysClock();
    const constellation = await openConstellation({ clock, snapshots, deviceDays: 20 });
    await push(constellation, 'tv', 1);
    await passDays(clock, constellation, 1);
    clock.timeMs += 300 * DAY_MS;
    await passDays(clock, constellation, 2);
    expect(await constellation.recordsOf('tv')).toHaveLength(1);
  });

  it('of records that know no day are kept from the day on that they are found (rule 10.8)', async () => {
    const clock = new DaysClock();
    const store = createMemoryConstellationStore();
    const options = { store, clock, snapshots, deviceDays: 20 };
    const former = await openConstellation(options);
    await push(former, 'tv', 1);
    const [record] = await former.recordsOf('tv');
    await former.checkpoint();
    const [[id]] = [...(await store.checkpoints.listDevices('', 1))] as [[string, unknown]];
    const { day: _, ...dayless } = record!;
    const { offset, federation, ...rest } = (await store.checkpoints.load())!;
    await store.checkpoints.save({
      ...rest,
      ...{ offset, federationCounters: federation.counters },
      ...{ clusters: new Map(), trends: new Map(), frames: new Map() },
      devices: new Map([[id, dayless]]),
      learning: { ...rest.learning, titles: new Map(), shared: new Map() },
    });

    const constellation = await openConstellation(options);
    await passDays(clock, constellation, 19);
    expect(await constellation.recordsOf('tv')).toHaveLength(1);
    await passDays(clock, constellation, 4);
    expect(await constellation.recordsOf('tv')).toEqual([]);
  });

  it.each([7, 36_501, 20.5, NaN])('cannot be kept for %d days', async (deviceDays) => {
    const error = await syncErrorOf(openConstellation({ deviceDays }));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'deviceDays' } });
  });
});
