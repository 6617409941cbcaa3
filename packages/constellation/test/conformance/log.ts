import { describe, expect, it } from '@jest/globals';
import type { ConstellationStore } from '../../src/index.js';
import { syncErrorOf } from '../support.js';
import type { StoreKind } from './store-kind.js';

/** What each engine's log has to do. */
export function describeLog({ name, open }: StoreKind): void {
  describe(`DeltaLog: ${name}`, () => {
    const entry = (text: string) => new TextEncoder().encode(text);

    async function entriesOf({ log }: ConstellationStore, after = 0) {
      const found: (readonly [number, string])[] = [];
      for await (const { sequence, entry: bytes } of log.read(after)) {
        found.push([sequence, new TextDecoder().decode(bytes)]);
      }
      return found;
    }

    it('is empty when fresh', async () => {
      const { store } = await open();
      expect(await store.log.lastSequence()).toBe(0);
      expect(await entriesOf(store)).toEqual([]);
      await store.log.truncate(0);
      await store.close();
    });

    it('numbers entries without gaps, and gives them back in their order (rule 5.17)', async () => {
      const { store, reopen } = await open();
      await store.log.append([entry('a'), entry('b')], 0);
      await store.log.append([entry('')], 2);
      await store.log.append([], 3);
      const again = await reopen(store);
      expect(await again.log.lastSequence()).toBe(3);
      expect(await entriesOf(again)).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, ''],
      ]);
      expect(await entriesOf(again, 2)).toEqual([[3, '']]);
      expect(await entriesOf(again, 9)).toEqual([]);
      await again.close();
    });

    it('refuses a writer that has lost count, and takes nothing of it (rule 5.18)', async () => {
      const { store } = await open();
      await store.log.append([entry('a')], 0);
      for (const expected of [0, 2]) {
        const error = await syncErrorOf(store.log.append([entry('x')], expected));
        expect(error).toMatchObject({
          code: 'version-conflict',
          details: { local: expected, remote: 1 },
          retryable: true,
        });
      }
      expect(await entriesOf(store)).toEqual([[1, 'a']]);
      await store.log.append([entry('b')], 1);
      await store.close();
    });

    it('is truncated behind a checkpoint, and goes on counting (rule 5.19)', async () => {
      const { store, reopen } = await open();
      await store.log.append([entry('a'), entry('b'), entry('c')], 0);
      await store.log.truncate(2);
      await store.log.truncate(1);
      expect(await entriesOf(store)).toEqual([[3, 'c']]);
      await store.log.truncate(3);
      await store.compact();
      const again = await reopen(store);
      expect(await again.log.lastSequence()).toBe(3);
      await again.log.append([entry('d')], 3);
      expect(await entriesOf(again)).toEqual([[4, 'd']]);
      await again.close();
    });

    it('is truncated within an append, too: behind the checkpoint all is there (rule 5.19)', async () => {
      const { store, reopen } = await open();
      await store.log.append([entry('a'), entry('b')], 0);
      await store.log.append([entry('c'), entry('d'), entry('e')], 2);
      await store.log.truncate(3);
      const left = [
        [4, 'd'],
        [5, 'e'],
      ];
      expect(await entriesOf(store)).toEqual(left);
      const again = await reopen(store);
      expect(await entriesOf(again, 3)).toEqual(left);
      await again.log.append([entry('f')], 5);
      await again.log.truncate(5);
      expect(await entriesOf(again)).toEqual([[6, 'f']]);
      await again.close();
    });
  });
}
