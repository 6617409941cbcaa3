import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { emptyFederation } from '@omega-tv/federation';
import type { StoreKind } from './store-kind.js';
import {
  changeOf,
  counters,
  deviceA,
  FRAMES,
  LEARNED,
  learnedState,
  SETTINGS,
} from './stored-state.js';

const untouched = { devices: new Map(), clusters: new Map(), trends: new Map(), frames: new Map() };

/** What each engine's checkpoints have to do. */
export function describeCheckpoints({ name, open }: StoreKind): void {
  describe(`CheckpointStore: ${name}`, () => {
    it('holds nothing when fresh', async () => {
      const { store } = await open();
      expect(await store.checkpoints.load()).toBeUndefined();
      expect(await store.checkpoints.loadDevice('device-a')).toBeUndefined();
      await store.close();
    });

    it('gives back exactly what was saved, floats and maps included', async () => {
      const { store, reopen } = await open();
      const state = learnedState();
      expect(state.published.patterns).toHaveLength(1);
      await store.checkpoints.save(changeOf(state));
      const again = await reopen(store);
      expect(await again.checkpoints.load()).toEqual({
        offset: 7,
        epoch: 'epoch-1',
        settings: SETTINGS,
        counters,
        federation: state,
        ...LEARNED,
        frames: FRAMES,
      });
      expect(await again.checkpoints.loadDevice('device-a')).toEqual(deviceA);
      expect(await again.checkpoints.loadDevice('device-b')).toBeUndefined();
      await again.close();
    });

    it('lists devices behind an id, in the order of ids', async () => {
      const { store, reopen } = await open();
      const ids = Array.from({ length: 9 }, (_, i) => `device-${i}`);
      const devices = new Map(ids.map((id, i) => [id, { marks: new Map(), day: i }] as const));
      await store.checkpoints.save(changeOf(learnedState(), { devices: new Map(devices) }));
      const again = await reopen(store);
      const listed = async (after: string, limit: number) => [
        ...(await again.checkpoints.listDevices(after, limit)),
      ];
      expect(await listed('', 100)).toEqual([...devices]);
      expect(await listed('device-3', 2)).toEqual([...devices].slice(4, 6));
      expect(await listed('device-30', 1)).toEqual([...devices].slice(4, 5));
      expect(await listed('device-8', 2)).toEqual([]);
      await again.close();
    });

    it('keeps what a change does not name', async () => {
      const { store, reopen } = await open();
      const state = learnedState();
      await store.checkpoints.save(changeOf(state));
      const {
        published: _,
        titles: __,
        learning: ___,
        ...rest
      } = changeOf(state, { ...untouched, epoch: 'epoch-2' });
      await store.checkpoints.save(rest);
      const again = await reopen(store);
      expect(await again.checkpoints.load()).toEqual({
        offset: 7,
        epoch: 'epoch-2',
        settings: SETTINGS,
        counters,
        federation: state,
        ...LEARNED,
        frames: FRAMES,
      });
      expect(await again.checkpoints.loadDevice('device-a')).toEqual(deviceA);
      await again.close();
    });

    it('deletes records that are named without a value, in the same step', async () => {
      const { store, reopen } = await open();
      const state = learnedState();
      await store.checkpoints.save(changeOf(state));
      const gone = (ids: Iterable<string>) => new Map([...ids].map((id) => [id, undefined]));
      await store.checkpoints.save(
        changeOf(state, {
          devices: new Map([['device-b', { marks: new Map() }]]),
          clusters: gone(state.clusters.keys()),
          trends: gone([...state.trends.keys(), 'ZZ:never there']),
          learning: {
            counters: LEARNED.learning.counters,
            titles: gone(LEARNED.learning.titles.keys()),
            shared: new Map(),
          },
        }),
      );
      const again = await reopen(store);
      const stored = await again.checkpoints.load();
      expect(stored?.federation.clusters.size).toBe(0);
      expect(stored?.federation.trends.size).toBe(0);
      expect(stored?.federation.published).toEqual(state.published);
      expect(stored?.learning).toEqual({ ...LEARNED.learning, titles: new Map() });
      expect(await again.checkpoints.loadDevice('device-b')).toEqual({ marks: new Map() });
      await again.close();
    });

    it('takes ids of any characters (rule 5.7)', async () => {
      const [trend] = learnedState().trends.values();
      const [cluster] = learnedState().clusters.values();
      const strange = ['', 'a!b', '\uffff', '\u{1f3ac} film', '\u{10ffff}', 'x'.repeat(1024)];
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.string({ unit: 'binary' }), { maxLength: 9 }),
          async (drawn) => {
            const ids = [...strange, ...drawn];
            const { store, reopen } = await open();
            const trends = new Map(ids.map((id) => [id, { ...trend!, id }]));
            const clusters = new Map(ids.map((id) => [id, { ...cluster!, id }]));
            const devices = new Map(ids.map((id) => [id, { marks: new Map([[id, 7]]) }]));
            await store.checkpoints.save(
              changeOf(emptyFederation(), { trends, clusters, devices }),
            );
            const again = await reopen(store);
            const federation = (await again.checkpoints.load())?.federation;
            expect(federation?.trends).toEqual(trends);
            expect(federation?.clusters).toEqual(clusters);
            for (const id of ids)
              expect(await again.checkpoints.loadDevice(id)).toEqual(devices.get(id));
            await again.close();
          },
        ),
        { numRuns: 10 },
      );
    });
  });
}
