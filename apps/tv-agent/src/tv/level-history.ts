import Value from 'typebox/value';
import { CorruptStoreError, DurableLevel } from '@omega-tv/client/node';
import { EveningRecordSchema, type EveningRecord, type History } from './history.js';

/** Keys sort as numbers do. */
const KEY_DIGITS = 9;

/**
 * Opens the history in a folder, created where it does not exist.
 * @throws CorruptStoreError when a record cannot be read or is missing.
 */
export async function openLevelHistory(directory: string): Promise<History> {
  const level = await DurableLevel.open(directory);
  let evenings: EveningRecord[];
  try {
    evenings = await readEvenings(level);
  } catch (cause) {
    await level.close();
    throw new CorruptStoreError('the history cannot be read', { cause });
  }
  return {
    evenings: () => evenings,
    append: (evening) =>
      level.write(
        () => [{ type: 'put', key: toKey(evenings.length), value: JSON.stringify(evening) }],
        () => evenings.push(evening),
      ),
    close: () => level.close(),
  };
}

async function readEvenings(level: DurableLevel): Promise<EveningRecord[]> {
  const evenings: EveningRecord[] = [];
  for await (const [key, record] of level.entries()) {
    if (key !== toKey(evenings.length)) throw new Error(`evening ${evenings.length} is missing`);
    evenings.push(Value.Parse(EveningRecordSchema, JSON.parse(record)));
  }
  return evenings;
}

function toKey(evening: number): string {
  return String(evening).padStart(KEY_DIGITS, '0');
}
