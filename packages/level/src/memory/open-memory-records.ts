import { MemoryLevel } from 'memory-level';
import { DurableRecords } from '../durable-records.js';
import type { StoreLayout } from '../store-layout.js';

/**
 * Opens records that last as long as the process.
 * @example
 * ```ts
 * import { jsonCodec, recordSpace } from '@omega-tv/level';
 * import { openMemoryRecords } from '@omega-tv/level/memory';
 * import { Type } from 'typebox';
 *
 * const words = recordSpace('word!', jsonCodec(Type.String()));
 * const records = await openMemoryRecords({ kind: 'words', layout: 1 });
 * await records.write(() => [words.put('de', 'Fernseher')]);
 * console.log(await words.get(records, 'de')); // => Fernseher
 * await records.close();
 * ```
 */
export function openMemoryRecords(layout: StoreLayout): Promise<DurableRecords> {
  const database = new MemoryLevel<Uint8Array, Uint8Array>({
    keyEncoding: 'view',
    valueEncoding: 'view',
    storeEncoding: 'view',
  });
  return DurableRecords.open({ name: 'in memory', database }, layout);
}
