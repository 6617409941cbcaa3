import { openRecords } from '@omega-tv/level/node';
import type { History } from './history.js';
import { historyIn, historyLayout } from './record-history.js';

/**
 * Opens the history in a folder, created where it does not exist.
 * @throws CorruptStoreError when a record cannot be read or is missing.
 */
export async function openLevelHistory(directory: string): Promise<History> {
  return historyIn(await openRecords({ ...historyLayout, directory }));
}
