import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { encodeDeltaFrame } from '@omega-tv/compression';
import type { CohortKeys } from '@omega-tv/federation';
import type { SyncDelta } from '@omega-tv/types';
import {
  createMemoryConstellationStore,
  forgetDevice,
  openLevelConstellationStore,
  readReport,
  type Constellation,
  type ConstellationStore,
} from '../src/index.js';
import { ControlledStore } from './controlled-store.js';
import {
  bodyOf,
  deviceKeyOf,
  openConstellation,
  patternOf,
  refusedCount,
  syncErrorOf,
  temporaryFolder,
  TestClock,
} from './support.js';
import { codecs, placedDelta, snapshots } from './v2/support.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const TITLE_ID = 'q7Zk2vXw9LmP';
const TITLE = `imdb:${TITLE_ID}`;
const DEVICE = 'H4tr8BnYc3Js';

async function sync(constellation: Constellation, delta: SyncDelta): Promise<void> {
  const capable = { ...delta, capabilities: ['positions', 'titles'] as const };
  const random = { next: () => 0.5 };
  const rate = { budgetBytes: 2048 };
  await constellation.syncFrame(encodeDeltaFrame(codecs.first, capable, { rate, random }).bytes);
}

function deltaOf(deviceId: string, seq: number, pattern: number, contentId?: string): SyncDelta {
  return {
    ...placedDelta(deviceId, seq),
    patterns: [{ ...patternOf(pattern), newSamples: 10 }],
    ...(contentId === undefined ? {} : { engagements: [{ contentId, count: 1, completed: true }] }),
  };
}

/** A history with all kinds of steps: both protocols, refusals, publications, merges, days that pass. */
async function live(constellation: Constellation, clock: TestClock): Promise<void> {
  for (let day = 1; day <= 4; day += 1) {
    for (const tv of ['tv-1', 'tv-2', 'tv-3', 'tv-4']) {
      await sync(constellation, deltaOf(tv, 2 * day - 1, day, `imdb:tt${day}`));
      await sync(constellation, deltaOf(tv, 2 * day, day + 1));
      await sync(constellation, deltaOf(tv, 2 * day, day + 1));
      await constellation.sync(await bodyOf(`v1-${tv}`, patternOf(day, { sampleCount: 10 * day })));
    }
    await syncErrorOf(constellation.sync(new Uint8Array(9)));
    const long = {
      ...placedDelta('tv-9', day),
      patterns: [patternOf(0, { genre: 'x'.repeat(99) })],
    };
    await syncErrorOf(sync(constellation, long));
    await refusedCount(constellation, 2 * day);
    await constellation.publish();
    clock.timeMs += 9 * DAY_MS;
  }
  await constellation.forget('tv-4');
  await sync(constellation, deltaOf('tv-1', 9, 40, TITLE));
}

/** What a server that starts on the store holds, as a checkpoint writes it. */
async function heldBy(store: ConstellationStore, keys: CohortKeys): Promise<unknown> {
  const again = await openConstellation({ store, snapshots, keys });
  await again.checkpoint();
  const { offset: _, ...held } = (await store.checkpoints.load())!;
  const devices = await Promise.all(
    ['tv-1', 'tv-4', 'tv-9', 'v1-tv-2'].map((id) => store.checkpoints.loadDevice(deviceKeyOf(id))),
  );
  return { held, devices };
}

describe('a server that starts again', () => {
  /** What is there after a life with a checkpoint at every so many writes, and a restart. */
  async function replayed(every: number): Promise<unknown> {
    const clock = new TestClock();
    const store = createMemoryConstellationStore();
    let keysDrawn = 0;
    const keys: CohortKeys = {
      drawKey: () => `key-${(keysDrawn += 1)}`,
      tagDevice: (key, id) => `${key}/${id}`,
    };
    const constellation = await openConstellation({ store, clock, snapshots, keys });
    let writes = 0;
    const { log } = store;
    const append = log.append.bind(log);
    log.append = async (entries, last) => {
      await append(entries, last);
      writes += 1;
      if (writes % every === 0) void constellation.checkpoint();
    };
    await live(constellation, clock);
    const drawn = keysDrawn;
    const held = await heldBy({ ...store }, keys);
    expect(keysDrawn).toBe(drawn);
    return held;
  }

  it('folds the log behind its checkpoint to the same bytes, wherever that lies (rule 5.17)', async () => {
    const fromLogAlone = await replayed(Infinity);
    for (const every of [1, 2, 7]) expect(await replayed(every)).toEqual(fromLogAlone);
  });

  it('folds with the settings of then, not with those of now (rule 5.17)', async () => {
    const store = createMemoryConstellationStore();
    const before = await openConstellation({ store });
    for (const tv of ['a', 'b', 'c']) await before.sync(await bodyOf(tv, patternOf(0)));
    // Never closed: all of it is in the log alone.
    const after = await openConstellation({ store, federation: { minDevices: 5 } });
    expect((await after.publish())?.patterns).toHaveLength(1);
  });
});

describe('an append of unknown outcome', () => {
  it('makes the owner load again: what did arrive is there, and counts once (rule 5.18)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const constellation = await openConstellation({ store });
    const body = await bodyOf('tv-1', patternOf(0));
    store.plan('unknown');
    expect(await syncErrorOf(constellation.sync(body))).toMatchObject({ retryable: true });
    await constellation.sync(body);
    expect(constellation.report()).toMatchObject({
      samplesAccepted: 12,
      duplicates: 1,
      devices: 1,
    });
  });

  it('and an owner that was displaced writes nothing (rule 5.18)', async () => {
    const store = createMemoryConstellationStore();
    const paused = await openConstellation({ store });
    const other = await openConstellation({ store });
    await other.sync(await bodyOf('tv-1', patternOf(0)));
    const body = await bodyOf('tv-2', patternOf(0));
    expect(await syncErrorOf(paused.sync(body))).toMatchObject({ code: 'http', retryable: true });
    await paused.sync(body);
    expect(paused.report()).toMatchObject({ devices: 2, samplesAccepted: 24 });
  });
});

describe('a checkpoint', () => {
  it('that cannot be saved loses nothing: the log holds it (rule 5.17)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const constellation = await openConstellation({ store });
    await constellation.sync(await bodyOf('tv-1', patternOf(0)));
    store.savesFail = true;
    await expect(constellation.checkpoint()).rejects.toThrow('no space left');
    await constellation.sync(await bodyOf('tv-1', patternOf(0, { sampleCount: 20 })));
    store.savesFail = false;
    await constellation.checkpoint();
    expect((await store.checkpoints.load())?.counters).toMatchObject({ samplesAccepted: 20 });
    expect(constellation.report()).toMatchObject({ samplesAccepted: 20, devices: 1 });
    expect(await store.log.lastSequence()).toBe(3);
  });

  it('is made when 4,096 records have changed, and pushes go on meanwhile (rule 5.19)', async () => {
    const store = new ControlledStore(createMemoryConstellationStore());
    const constellation = await openConstellation({ store });
    const before = store.saves;
    for (let tv = 0; tv < 4200; tv += 1) await constellation.sync(await bodyOf(`tv-${tv}`));
    expect(store.saves).toBe(before + 1);
    const left: number[] = [];
    for await (const { sequence } of store.log.read(0)) left.push(sequence);
    expect(left.length).toBeLessThan(200);
    expect(constellation.report().devices).toBe(4200);
  });
});

describe('on the disk', () => {
  async function bytesOf(directory: string): Promise<Buffer> {
    const names = await readdir(directory);
    return Buffer.concat(
      await Promise.all(names.map((name) => readFile(path.join(directory, name)))),
    );
  }

  async function open(directory: string): Promise<Constellation> {
    return openConstellation({
      store: await openLevelConstellationStore({ directory }),
      snapshots,
    });
  }

  it('a title stands with a device in the log alone, and in no file once that was compacted (rule 5.19)', async () => {
    const directory = await temporaryFolder();
    const store = await openLevelConstellationStore({ directory });
    const constellation = await openConstellation({ store, snapshots });
    for (const tv of [DEVICE, 'tv-2', 'tv-3']) await sync(constellation, deltaOf(tv, 1, 0, TITLE));
    const before = await bytesOf(directory);
    expect(before.includes(TITLE_ID)).toBe(true);
    expect(before.includes(DEVICE)).toBe(true);
    await constellation.checkpoint();
    await store.compact();
    const after = await bytesOf(directory);
    // The cohort of three has closed: the title stays, as a sum.
    expect(after.includes(TITLE_ID)).toBe(true);
    expect(after.includes(DEVICE)).toBe(false);
    await constellation.close();
    expect((await bytesOf(directory)).includes(DEVICE)).toBe(false);
  });

  it('what a server that was killed had in its log is reported, and can be forgotten (rules 5.17, 11.35)', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    const constellation = await open(directory);
    for (const tv of [DEVICE, 'tv-2']) await sync(constellation, deltaOf(tv, 1, 0));
    const killed = path.join(await temporaryFolder(), 'store');
    await cp(directory, killed, { recursive: true });
    const report = await readReport(killed);
    expect(report).toEqual(constellation.report());
    expect(await readReport(killed)).toEqual(report);
    await forgetDevice(killed, DEVICE);
    expect(await readReport(killed)).toEqual({ ...report, devices: 1 });
    expect((await bytesOf(killed)).includes(DEVICE)).toBe(false);
    await constellation.close();
  });
});
