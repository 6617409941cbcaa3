import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Transport } from '@omega-tv/protocol';
import { sampleBooks, SyncClient } from '../src/index.js';
import { openLevelPatternStore } from '../src/node/index.js';
import {
  clock,
  format,
  openConstellation,
  realPatterns,
  recording,
  syncErrorOf,
  temporaryFolder,
} from './support.js';

function createClient(
  options: Pick<Parameters<typeof SyncClient.create>[0], 'transport' | 'store'> & {
    readonly url?: string;
    readonly deviceId?: string;
  },
): Promise<SyncClient> {
  return SyncClient.create({ url: 'http://one.test', deviceId: 'tv', format, clock, ...options });
}

async function acknowledged({ store }: SyncClient): Promise<number> {
  const learned = await store.skillList(1000, 'learned');
  return sampleBooks(await store.loadSyncState(), learned).acknowledged;
}

describe('a store belongs to one device', () => {
  it('and is refused to another, for its samples would be counted twice (rule 4.12)', async () => {
    const { constellation, transport } = await openConstellation();
    const client = await createClient({ transport });
    await client.store.skillStore(...realPatterns(3));
    await client.syncStore();
    const { samplesAccepted } = constellation.report();
    const other = createClient({ transport, store: client.store, deviceId: 'other' });
    expect(await syncErrorOf(other)).toMatchObject({
      code: 'invalid-config',
      details: { field: 'deviceId' },
    });
    expect(constellation.report().samplesAccepted).toBe(samplesAccepted);
  });

  it('and pushes everything again to another Constellation (rule 4.11)', async () => {
    const one = await openConstellation();
    const client = await createClient({ transport: one.transport });
    await client.store.skillStore(...realPatterns(3));
    await client.syncStore();

    const two = await openConstellation();
    const moved = await createClient({
      transport: two.transport,
      store: client.store,
      url: 'http://two.test',
    });
    expect(await acknowledged(moved)).toBe(0);
    await moved.syncStore();
    expect(two.constellation.report().samplesAccepted).toBe(await acknowledged(moved));
    expect(await acknowledged(moved)).toBeGreaterThan(0);
  });
});

it('a server whose version is lower gets everything again; what it has counts nothing (rule 4.11)', async () => {
  const lossy = await openConstellation();
  const first = await openConstellation();
  const other = await createClient({ transport: first.transport, deviceId: 'other' });
  await other.store.skillStore(...realPatterns(1));
  await other.syncStore();
  let current = first.transport;
  const line: Transport = { request: (request) => current.request(request) };
  const client = await createClient({ transport: line });
  await client.store.skillStore(...realPatterns(3));
  await client.syncStore();
  await first.constellation.publish();
  await client.syncStore();
  expect(client.lastVersion).toBe(1);

  // The server was put back to a copy that has one of the three patterns, and no version.
  const early = await createClient({ transport: lossy.transport });
  await early.store.skillStore(...realPatterns(1));
  await early.syncStore();
  current = lossy.transport;
  await client.syncStore();
  await client.syncStore();
  expect(client.lastVersion).toBe(0);
  expect(lossy.constellation.report().samplesAccepted).toBe(36);
  expect(await acknowledged(client)).toBe(36);
});

describe('what is no fault of the patterns', () => {
  it.each([
    ['cut short', (body: Uint8Array) => body.slice(0, -5)],
    ['flipped', (body: Uint8Array) => body.map((byte, i) => (i === 0 ? byte ^ 1 : byte))],
  ])('makes no dead letters: a body %s on its way', async (_, damage) => {
    const { constellation, transport } = await openConstellation();
    let isDamaging = true;
    const damaging = recording(transport, (next, request) =>
      isDamaging && request.body !== undefined
        ? transport.request({ ...request, body: damage(request.body) })
        : next(),
    );
    const client = await createClient({ transport: damaging });
    await client.store.skillStore(...realPatterns(6));
    expect(await syncErrorOf(client.syncStore())).toMatchObject({ retryable: true });
    isDamaging = false;
    await client.syncStore();
    expect((await client.store.loadSyncState()).deadLetters).toEqual([]);
    expect(await acknowledged(client)).toBe(constellation.report().samplesAccepted);
  });

  it.each([NaN, -1, Infinity, Date.UTC(12026, 0)])('a clock at %d ms (rule 5.5)', async (nowMs) => {
    const { constellation, transport } = await openConstellation();
    const options = { url: 'http://one.test', deviceId: 'tv', format, transport };
    const client = await SyncClient.create({ ...options, clock: { nowMs: () => nowMs } });
    await client.store.skillStore(...realPatterns(2));
    await client.syncStore();
    expect(constellation.report().samplesAccepted).toBe(await acknowledged(client));
  });
});

describe('a folder', () => {
  it('that is no store of ours is never moved away', async () => {
    const directory = path.join(await temporaryFolder(), 'photos');
    await mkdir(directory);
    await writeFile(path.join(directory, 'app.log'), 'a log of something else');
    const { store, outcome } = await openLevelPatternStore({ directory, clock });
    expect(outcome).toBe('opened');
    await store.close();
    expect(await readdir(directory)).toContain('app.log');
  });

  it('stays closed after close', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    const { store } = await openLevelPatternStore({ directory, clock });
    await store.close();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await syncErrorOf(store.skillStore(...realPatterns(1)));
      expect(error.message).toContain('was closed');
    }
    const again = await openLevelPatternStore({ directory, clock });
    expect(again.outcome).toBe('opened');
    await again.store.close();
  });

  it('that cannot be used is an error for who only reads', async () => {
    const directory = path.join(await temporaryFolder(), 'file');
    await writeFile(directory, '');
    const error = await syncErrorOf(openLevelPatternStore({ directory, clock, recover: false }));
    expect(error).toMatchObject({ code: 'invalid-config' });
    expect(error.message).toContain(directory);
  });
});
