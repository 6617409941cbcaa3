import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { HeldGeneration } from '@omega-tv/compression';
import { isPublishedId, PUBLISHED_ID_PREFIX, type PatternData } from '@omega-tv/types';
import { NO_MARK } from '../src/engine/marks.js';
import { emptySyncState, type PatternStore, type SyncState } from '../src/index.js';
import { realPattern, realPatterns, snapshotOf, syncErrorOf } from './support.js';

/** A part of a list of titles. */
function heldGeneration(generation: number, ...indexes: readonly number[]): HeldGeneration {
  const titleIn = (index: number) => {
    const parts = index === 0 ? 1 : 2 ** Math.floor(Math.log2(index));
    return {
      hash: index === 0 ? 77 : ((index - parts) * 2 ** 32) / parts + 77,
      countLevel: 9,
      steps: Int8Array.from({ length: 32 }, (_, i) => i - 16),
    };
  };
  return {
    head: {
      generation,
      version: 5,
      titles: 1400,
      step: 0.03125,
      weightExponents: new Int8Array(32).fill(-3),
      scoring: 0,
      meanViewers: [],
    },
    pieces: new Map(
      indexes.map((index) => [index, { generation, index, version: 4, titles: [titleIn(index)] }]),
    ),
  };
}

/** What every PatternStore keeps; `reopen` closes a store and opens it again, where it can. */
export function describePatternStore(
  name: string,
  open: () => Promise<{
    store: PatternStore;
    reopen: (store: PatternStore) => Promise<PatternStore>;
  }>,
): void {
  describe(`${name} as a PatternStore`, () => {
    const idsOf = async (store: PatternStore, ...args: Parameters<PatternStore['skillList']>) =>
      (await store.skillList(...args)).map(({ id }) => id);

    it('is empty at first', async () => {
      const { store } = await open();
      expect(await store.skillList(100)).toEqual([]);
      expect(await store.loadSyncState()).toEqual(emptySyncState);
    });

    it('lists the strongest first, ties by id, up to the limit', async () => {
      const { store, reopen } = await open();
      await store.skillStore(
        realPattern(1, { id: 'b', successRate: 0.5, sampleCount: 20 }),
        realPattern(2, { id: 'weak', successRate: 0, sampleCount: 1000 }),
        realPattern(3, { id: 'a', successRate: 1, sampleCount: 10 }),
        realPattern(4, { id: 'strong', successRate: 0.9, sampleCount: 100 }),
      );
      for (const one of [store, await reopen(store)]) {
        expect(await idsOf(one, 100)).toEqual(['strong', 'a', 'b', 'weak']);
        expect(await idsOf(one, 2)).toEqual(['strong', 'a']);
        expect(await idsOf(one, 0)).toEqual([]);
        expect(await idsOf(one, -1)).toEqual([]);
      }
    });

    it('tells origins apart, and lists the published patterns of the last snapshot only', async () => {
      const { store, reopen } = await open();
      await store.skillStore(...realPatterns(2));
      await store.saveSyncState({ ...emptySyncState, snapshot: snapshotOf(3, 4) });
      await store.saveSyncState({ ...emptySyncState, snapshot: snapshotOf(4, 1) });
      const reopened = await reopen(store);
      expect(await idsOf(reopened, 9, 'learned')).toEqual(['p0', 'p1']);
      const published = await reopened.skillList(9, 'published');
      expect(published).toEqual([{ ...snapshotOf(4, 1).patterns[0], origin: 'published' }]);
      expect(await idsOf(reopened, 9)).toEqual(['global:p0', 'p0', 'p1']);
    });

    it('keeps a pattern exactly, and replaces it', async () => {
      const { store, reopen } = await open();
      const embedding = realPattern(0).embedding.slice();
      embedding.set([-0, 1e-45, -1e-45, 3.4028234663852886e38, 1e-7], 0);
      const pattern = realPattern(0, { id: '__proto__', genre: 'naïve 🎬', embedding });
      await store.skillStore(realPattern(0, { id: '__proto__', sampleCount: 3 }));
      await store.skillStore(pattern);
      const reopened = await reopen(store);
      const [stored, ...others] = await reopened.skillList(9);
      expect(others).toEqual([]);
      expect(stored).toEqual({ ...pattern, origin: 'learned' });
    });

    it('keeps patterns of any names apart (rule 5.7)', async () => {
      const strange = ['', '!', '\uffff', '\u{1f3ac} film', '\u{10ffff}', 'x'.repeat(1024)];
      const name = fc.string({ unit: 'binary' }).filter((id) => !isPublishedId(id));
      await fc.assert(
        fc.asyncProperty(fc.array(name, { maxLength: 9 }), async (drawn) => {
          const names = [...new Set([...strange, ...drawn])];
          const { store, reopen } = await open();
          await store.skillStore(...names.map((id) => realPattern(0, { id, genre: id })));
          const mark = { ...NO_MARK, acknowledged: 12 };
          const marks = new Map(names.map((id) => [id, mark]));
          const merges = new Map(names.map((id) => [id, `part of ${id}`]));
          await store.saveSyncState({ ...emptySyncState, marks });
          const reopened = await reopen(store);
          const stored = await reopened.skillList(99);
          expect(new Set(stored.map(({ id }) => id))).toEqual(new Set(names));
          for (const { id, genre } of stored) expect(genre).toBe(id);
          expect((await reopened.loadSyncState()).marks).toEqual(marks);
          await reopened.saveSyncState({ ...emptySyncState, merges });
          expect((await reopened.loadSyncState()).merges).toEqual(merges);
          await reopened.close();
        }),
        { numRuns: 10 },
      );
    });

    const refused: readonly (readonly [string, Partial<PatternData>])[] = [
      ['sampleCount', { sampleCount: 0 }],
      ['successRate', { successRate: NaN }],
      ['embedding', { embedding: new Float32Array(3) }],
      ['embedding[0]', { embedding: new Float32Array(384).fill(Infinity) }],
      ['id', { id: `${PUBLISHED_ID_PREFIX}drama` }],
      ['sampleCount', { id: 'p0', sampleCount: 11 }],
    ];
    it.each(refused)(
      'refuses a bad %s, and stores nothing of that call (rule 1.6)',
      async (path, change) => {
        const { store, reopen } = await open();
        await store.skillStore(realPattern(0));
        const bad = realPattern(2, change);
        const error = await syncErrorOf(store.skillStore(realPattern(1), bad));
        expect(error).toMatchObject({ code: 'invalid-pattern', details: { path } });
        expect(await idsOf(await reopen(store), 9)).toEqual(['p0']);
      },
    );

    it('never lowers a count: within one call, and where calls run together', async () => {
      const { store, reopen } = await open();
      const counted = (sampleCount: number) => realPattern(0, { sampleCount });
      expect((await syncErrorOf(store.skillStore(counted(30), counted(20)))).code).toBe(
        'invalid-pattern',
      );
      const outcomes = await Promise.allSettled([
        store.skillStore(counted(40)),
        store.skillStore(counted(35)),
        store.skillStore(counted(50)),
        store.skillStore(counted(50)),
      ]);
      const [first, lower, ...rest] = outcomes.map(({ status }) => status);
      expect([first, lower, ...rest]).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      const reopened = await reopen(store);
      expect(await reopened.skillList(9)).toMatchObject([{ id: 'p0', sampleCount: 50 }]);
    });

    it('stores many patterns in one step, none included', async () => {
      const { store, reopen } = await open();
      await store.skillStore();
      await store.skillStore(...realPatterns(200));
      expect(await (await reopen(store)).skillList(1000)).toHaveLength(200);
    });

    it('carries the state of the exchanges around', async () => {
      const { store, reopen } = await open();
      const state: SyncState = {
        lastVersion: Number.MAX_SAFE_INTEGER,
        marks: new Map([
          ['p0', { ...NO_MARK, acknowledged: 6, byMarks: 2, elsewhere: 4 }],
          ['', { ...NO_MARK, refused: 7, unsure: 1 }],
          ['__proto__', { ...NO_MARK, refused: 1, lost: 3 }],
        ]),
        outbox: [
          {
            countsBy: 'position',
            position: { deviceEpoch: 2 ** 32 - 1, seq: 1 },
            patterns: realPatterns(2),
          },
          {
            countsBy: 'position',
            patterns: [],
            report: {
              contentId: 'a',
              viewerFactors: { generation: 2, historyClass: 1, coordinates: [0.1, -1e-7] },
              hits: [true, false],
            },
          },
          { countsBy: 'marks', isRepeat: true, patterns: [{ ...realPattern(5), newSamples: 3 }] },
          {
            countsBy: 'position',
            position: { deviceEpoch: 5, seq: 16 },
            begunAtMs: 9,
            patterns: [],
            withdrawn: [['p6', 4]],
          },
        ],
        completed: new Map([
          ['a', { order: 2, status: 'begun', profiles: ['anna', 'bea'] }],
          ['imdb:tt1', { order: 1, status: 'waiting', reportAtMs: 7 }],
        ]),
        privateProfiles: new Set(['bea']),
        holdings: { current: heldGeneration(3, 0, 9), next: heldGeneration(4, 31) },
        kept: Array.from({ length: 12 }, (_, i) => ({
          position: { deviceEpoch: 5, seq: i + 1 },
          atMs: 1000 + i,
          counts: [['p0', 3] as const],
          ...(i < 9 ? {} : { patterns: [{ ...realPattern(0), newSamples: 3 }] }),
          ...(i === 11 ? { report: { contentId: 'imdb:tt2' } } : {}),
        })),
        frame: Uint8Array.of(0, 255, 7),
        server: { epoch: '0123456789abcdef', capabilities: ['positions', 'batches'] },
        next: { deviceEpoch: 5, seq: 9, countsBy: 'position' },
        merges: new Map([['p7', 'p0']]),
        wait: { sinceMs: 1000, resumeAtMs: 3_601_000 },
        deadLetters: [{ patternId: 'p9', sampleCount: 12, reason: 'patterns[0] is "bad"\n' }],
        snapshot: snapshotOf(3),
      };
      await store.skillStore(realPattern(0));
      await store.saveSyncState(state);
      const reopened = await reopen(store);
      expect(await reopened.loadSyncState()).toEqual(state);
      await reopened.saveSyncState(emptySyncState);
      expect(await (await reopen(reopened)).loadSyncState()).toEqual(emptySyncState);
    });

    it('erases patterns and replaces the state, in one step', async () => {
      const { store, reopen } = await open();
      await store.skillStore(realPattern(0), { ...realPattern(1), profile: 'anna' });
      const marks = new Map([['p0', { ...NO_MARK, acknowledged: 12 }]]);
      await store.saveSyncState({ ...emptySyncState, lastVersion: 4, marks });
      await store.erase(['p0', 'unknown'], { ...emptySyncState, lastVersion: 5 });
      for (const one of [store, await reopen(store)]) {
        expect(await one.skillList(9)).toEqual([
          { ...realPattern(1), profile: 'anna', origin: 'learned' },
        ]);
        expect(await one.loadSyncState()).toEqual({ ...emptySyncState, lastVersion: 5 });
      }
    });

    it('stays as it is when the caller changes what it gave or got', async () => {
      const { store } = await open();
      const pattern = realPattern(0);
      const original = realPattern(0).embedding;
      await store.skillStore(pattern);
      await store.saveSyncState({ ...emptySyncState, snapshot: snapshotOf(1, 1) });
      pattern.embedding.fill(0);
      for (const { embedding } of await store.skillList(9)) embedding.fill(0);
      for (const { embedding } of await store.skillList(9)) expect(embedding).toEqual(original);
    });

    it('closes', async () => {
      const { store } = await open();
      await store.skillStore(realPattern(0));
      await expect(store.close()).resolves.toBeUndefined();
    });
  });
}
