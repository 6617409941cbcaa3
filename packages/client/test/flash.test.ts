import path from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it, jest } from '@jest/globals';
import { encodeSnapshotFrame, publishSnapshot } from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import { bytesCodec, singleRecord } from '@omega-tv/level';
import { openRecords } from '@omega-tv/level/node';
import { onTestFinished } from '@omega-tv/test-support';
import { emptySyncState } from '../src/index.js';
import { openLevelPatternStore } from '../src/node/index.js';
import { patternStoreLayout } from '../src/node/store-layouts.js';
import { answerAdopted } from '../src/engine/adopt.js';
import { clock, realPattern, realPatterns, temporaryFolder, TIMESTAMP } from './support.js';
import { openServer, openTv, v2 } from './v2/support.js';

interface Operation {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
}

/** Counts what the stores hand to LevelDB, whatever they say themselves. */
function countBytes(): () => number {
  const batch = jest.spyOn(ClassicLevel.prototype, 'batch');
  onTestFinished(() => {
    batch.mockRestore();
  });
  let seen = 0;
  return () => {
    const calls = batch.mock.calls.slice(seen) as unknown as (readonly [Operation[]])[];
    seen += calls.length;
    return calls
      .flatMap(([operations]) => operations)
      .reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
  };
}

/** A version with so many patterns, as a server publishes it. */
function publishedVersion(version: number, count: number) {
  const patterns = realPatterns(count).map((one) => ({ ...one, id: `global:${one.id}` }));
  const trends = [
    { contentId: 'movie-1', score: 3, region: 'DE', genre: 'drama', calculatedAt: TIMESTAMP },
  ];
  const globals = { patterns, trends, version, timestamp: TIMESTAMP };
  const options = { stream: 'global', budgetBytes: 8192 };
  const frame = encodeSnapshotFrame(publishSnapshot(createMiniLmCodec(), globals, options));
  return { globals: v2.decodeSnapshot!(frame).globals, frame };
}

/** The state of a TV that nothing but a version has reached. */
function stateWith(published: ReturnType<typeof publishedVersion>) {
  const signs = { ...published, hasLostVersions: false };
  return answerAdopted(emptySyncState, [], signs, { drawEpoch: () => 7, nowMs: 1 }).state;
}

describe('what an exchange writes to flash (rule 5.8)', () => {
  it('of a snapshot of 48 patterns is its frame, once', async () => {
    const bytes = countBytes();
    const directory = path.join(await temporaryFolder(), 'store');
    const first = await openLevelPatternStore({ directory, clock });
    bytes();
    const published = publishedVersion(7, 48);
    const state = stateWith(published);
    await first.store.saveSyncState(state);
    expect(state.snapshot?.patterns).toHaveLength(48);
    // The trends are the TV's own: it resolved them in its catalogue.
    expect(bytes()).toBeLessThanOrEqual(published.frame.length + 500);
    await first.store.close();

    const { store } = await openLevelPatternStore({ directory, clock });
    expect(await store.loadSyncState()).toEqual(state);
    bytes();
    await store.saveSyncState({ ...(await store.loadSyncState()), lastVersion: 8 });
    expect(bytes()).toBeLessThanOrEqual(200);
    await store.close();
  });

  it('is fetched again where the frame cannot be read any more', async () => {
    const directory = path.join(await temporaryFolder(), 'store');
    const first = await openLevelPatternStore({ directory, clock });
    await first.store.saveSyncState(stateWith(publishedVersion(7, 3)));
    await first.store.close();
    const records = await openRecords({ ...patternStoreLayout, directory });
    const frame = singleRecord('published-frame', bytesCodec);
    await records.write(() => [frame.put(Uint8Array.of(1, 2, 3))]);
    await records.close();
    const { store, outcome } = await openLevelPatternStore({ directory, clock });
    expect(outcome).toBe('opened');
    expect(await store.loadSyncState()).toEqual(emptySyncState);
    await store.close();
  });

  it('without a new snapshot is 4 KB for one pattern, 20 KB for eight, nothing for none', async () => {
    const bytes = countBytes();
    const { constellation, transport } = await openServer();
    for (const deviceId of ['a', 'b']) {
      const tv = await openTv(transport, { deviceId });
      await tv.store.skillStore(...realPatterns(4));
      await tv.syncStore();
    }
    await constellation.publish();
    const directory = path.join(await temporaryFolder(), 'store');
    const { store } = await openLevelPatternStore({ directory, clock });
    const tv = await openTv(transport, { deviceId: 'kitchen', store });
    await tv.syncStore();
    expect((await store.loadSyncState()).snapshot?.patterns).not.toEqual([]);
    bytes();

    await tv.syncStore();
    expect(bytes()).toBe(0);
    for (const [first, count, limit] of [
      [100, 1, 4096],
      [200, 8, 20_480],
    ] as const) {
      const patterns = Array.from({ length: count }, (_, i) =>
        realPattern(first + 7 * i, { id: `6a1f0e7c-5f0b-4a58-9d3e-00000000${first}${i}` }),
      );
      await store.skillStore(...patterns);
      bytes();
      const before = store.written;
      expect((await tv.syncStore()).patternsPushed).toBe(count);
      const written = bytes();
      expect(written).toBeLessThanOrEqual(limit);
      // Begun, then acknowledged.
      expect(store.written).toEqual({
        batches: before.batches + 2,
        bytes: before.bytes + written,
      });
    }
    await store.close();
  });
});
