import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { ClassicLevel } from 'classic-level';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { bytesCodec, recordSpace, singleRecord, type RecordCodec } from '@omega-tv/level';
import { openRecords } from '@omega-tv/level/node';
import { expect, it } from '@jest/globals';
import { Constellation, openLevelConstellationStore } from '../src/index.js';
import { deviceKeyOf, temporaryFolder } from './support.js';

/** Some batches' worth. */
const DEVICES = 900;

const script = fileURLToPath(new URL('migration-process.mjs', import.meta.url));

function v8Codec<Value>(): RecordCodec<Value> {
  return { encode: serialize, decode: (bytes) => deserialize(bytes) as Value };
}

/** The records of layout 2 that layout 3 moves. */
const formerDevices = recordSpace('marks!', v8Codec<{ marks: ReadonlyMap<string, number> }>());
const head = singleRecord('head', v8Codec<object>());
const counters = {
  ...{ devices: DEVICES, deltasApplied: DEVICES, duplicates: 0, refused: 0 },
  samplesAccepted: 12 * DEVICES,
};
const federationCounters = {
  ...{ samples: 12 * DEVICES, samplesLearned: 0, latestMs: 0, latestClockMs: 0 },
};

/** A store as the release before the log wrote it. */
async function formerStore(): Promise<string> {
  const directory = path.join(await temporaryFolder(), 'store');
  const records = await openRecords({ directory, kind: 'constellation', layout: 2 });
  await records.write(() => [
    head.put({ epoch: 'former', layout: 2, counters, federationCounters }),
    ...Array.from({ length: DEVICES }, (_, i) =>
      formerDevices.put(deviceKeyOf(`tv-${i}`), { marks: new Map([[`p-${i}`, i + 1]]) }),
    ),
  ]);
  await records.close();
  return directory;
}

/** How many devices lie where either layout keeps them, told without opening the store as what it is. */
async function placesIn(directory: string) {
  const db = new ClassicLevel(directory);
  const former = await db.keys({ gte: 'marks!', lt: 'marks"' }).all();
  const moved = await db.keys({ gte: 'd!', lt: 'd"' }).all();
  await db.close();
  return { former: former.length, moved: moved.length };
}

it.each([1, 2, 3])(
  'a store of layout 2 becomes one of this release with every device, killed before its write %d (rule 5.6)',
  async (write) => {
    const directory = await formerStore();
    const { signal } = spawnSync(process.execPath, [script, directory, String(write)]);
    expect(signal).toBe('SIGKILL');
    const { former, moved } = await placesIn(directory);
    expect(former + moved).toBe(DEVICES);
    expect(former).toBeGreaterThan(0);
    expect(moved > 0).toBe(write > 1);

    const store = await openLevelConstellationStore({ directory });
    const loaded = await store.checkpoints.load();
    expect(loaded).toMatchObject({ epoch: 'former', offset: 0, counters });
    for (let i = 0; i < DEVICES; i += 1) {
      const record = await store.checkpoints.loadDevice(deviceKeyOf(`tv-${i}`));
      expect(record?.marks).toEqual(new Map([[`p-${i}`, i + 1]]));
    }
    await store.close();
    expect(await placesIn(directory)).toEqual({ former: 0, moved: DEVICES });
  },
);

it('a log of layout 3, whose entries lie one by one, is folded to its end (rule 5.6)', async () => {
  const directory = path.join(await temporaryFolder(), 'store');
  const records = await openRecords({ directory, kind: 'constellation', layout: 3 });
  const entries = recordSpace('log!', bytesCodec);
  const idOf = (sequence: number) => String(sequence).padStart(16, '0');
  await records.write(() => [
    head.put({ epoch: 'former', offset: 7, counters, federationCounters }),
    ...[8, 9, 10].map((sequence) => entries.put(idOf(sequence), serialize({ kind: 'refused' }))),
  ]);
  await records.close();

  const store = await openLevelConstellationStore({ directory });
  expect(await store.log.lastSequence()).toBe(10);
  const constellation = await Constellation.open({ store, format: createNodeV1Format() });
  expect(constellation.report().refused).toBe(3);
  await constellation.close();
});
