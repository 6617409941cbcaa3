import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { emptyLearning } from '@omega-tv/federation';
import { restoreStore, writeBackupFile } from '../src/index.js';
import { noCounts } from '../src/store/constellation-store.js';
import { clusterRecords } from '../src/store/records.js';
import { syncErrorOf, temporaryFolder } from './support.js';

const closed = {
  ...{ vector: new Float64Array(384).fill(0.1), weight: 12, samples: 12 },
  ...{ step: 7, lastClosedMs: 0, lastClosedClockMs: 0 },
};
const cluster = { id: 'global:drama-1', genre: 'drama', tally: { closed, open: [] } };
const head = {
  ...{ epoch: 'e', offset: 0, counters: noCounts },
  federationCounters: { samples: 0, samplesLearned: 0, latestMs: 0, clockMs: 0 },
};
const { axes, scoring } = emptyLearning();
const whole = [
  { kind: 'head', value: head },
  { kind: 'model', value: { axes, scoring } },
  { kind: 'cluster', id: cluster.id, value: cluster },
  { kind: 'device', id: 'a'.repeat(22), value: { marks: new Map([['p', 3]]) } },
];

async function* each(entries: readonly unknown[]): AsyncIterable<unknown> {
  yield* await Promise.resolve(entries);
}

function withClosed(change: object): unknown {
  const tally = { closed: { ...closed, ...change }, open: [] };
  return { kind: 'cluster', id: cluster.id, value: { ...cluster, tally } };
}

describe('a backup of the right form', () => {
  it('is restored where all of its records are what they should be (rule 11.33)', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'whole.backup');
    await writeBackupFile(file, each(whole));
    await restoreStore(file, path.join(folder, 'store'));
    expect(await readdir(folder)).toContain('store');
  });

  it.each([
    ['a vector that is none', withClosed({ vector: [0.1, 0.2] })],
    ['a number that is none', withClosed({ vector: new Float64Array(384).fill(NaN) })],
    ['a weight in words', withClosed({ weight: 'much' })],
    ['marks that are no map', { kind: 'device', id: 'a', value: { marks: { p: 3 } } }],
    ['a count below none', { kind: 'device', id: 'a', value: { marks: new Map([['p', -3]]) } }],
    ['axes of another kind', { kind: 'model', value: { axes: {}, scoring: 0 } }],
    ['no id', { kind: 'cluster', value: cluster }],
    ['a kind that is none', { kind: 'toString', id: 'a', value: {} }],
    ['nothing', null],
  ])('is refused whole for %s (rule 11.33)', async (_, entry) => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'wrong.backup');
    await writeBackupFile(file, each([...whole, entry]));
    const error = await syncErrorOf(restoreStore(file, path.join(folder, 'store')));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'file' } });
    expect(error.message).toContain('holds a record that no server wrote');
    expect(await readdir(folder)).toEqual(['wrong.backup']);
  });
});

it('a record of a store that is another thing than its layout says is not read as data (rule 5.4)', async () => {
  const { key, value } = clusterRecords.put('c', { ...cluster, tally: 'none' } as never) as {
    readonly key: Uint8Array;
    readonly value: Uint8Array;
  };
  const reader = { get: () => Promise.resolve(value) } as never;
  expect(key.length).toBeGreaterThan(0);
  await expect(clusterRecords.get(reader, 'c')).rejects.toThrow(
    'cluster! is not what its layout says',
  );
});
