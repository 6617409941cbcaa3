import { DurableRecords } from '../durable-records.js';
import type { StoreLayout } from '../store-layout.js';
import { LevelFolder } from './level-folder.js';

export interface OpenRecordsOptions extends StoreLayout {
  readonly directory: string;
  /** Default: true. */
  readonly createIfMissing?: boolean;
  /**
   * Where LevelDB found its log damaged and dropped writes: `accept` goes on with what is left, as
   * after a power cut; `refuse` says that the store is corrupt, from then on; `mark` leaves
   * `lostWritesRecord` in it. Default: accept.
   */
  readonly lostWrites?: 'accept' | 'refuse' | 'mark';
}

/**
 * Opens records in a folder, created where it does not exist, readable by its owner only; one
 * process a folder.
 * @throws SyncError `invalid-config` where another process has it open, where it holds another kind
 * of store or a newer layout, or where there is none and none may be created; CorruptStoreError
 * where it cannot be read; else what LevelDB or the file system throws.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { jsonCodec, recordSpace } from '@omega-tv/level';
 * import { openRecords } from '@omega-tv/level/node';
 * import { Type } from 'typebox';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'words-')); // yours: a folder that stays
 * const words = recordSpace('word!', jsonCodec(Type.String()));
 * const open = () => openRecords({ directory, kind: 'words', layout: 1 });
 *
 * const records = await open();
 * await records.write(() => [words.put('de', 'Fernseher')]); // on the disk when it resolves
 * await records.close();
 *
 * const again = await open();
 * console.log(await words.get(again, 'de')); // => Fernseher
 * await again.close();
 * await rm(directory, { recursive: true });
 * ```
 */
export function openRecords(options: OpenRecordsOptions): Promise<DurableRecords> {
  const { directory, createIfMissing = true, lostWrites = 'accept' } = options;
  const database = new LevelFolder({ directory, createIfMissing });
  const verify: Readonly<Record<typeof lostWrites, () => Promise<void>>> = {
    accept: () => Promise.resolve(),
    refuse: () => database.refuseLostWrites(),
    mark: () => database.markLostWrites(),
  };
  const source = { name: directory, database, verify: verify[lostWrites] };
  return DurableRecords.open(source, options);
}
