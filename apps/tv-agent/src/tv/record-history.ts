import {
  CorruptStoreError,
  jsonCodec,
  keyFromBytes,
  keyToBytes,
  rangeOfPrefix,
  recordSpace,
  type DurableRecords,
  type RecordOperation,
  type RecordReader,
  type StoreLayout,
} from '@omega-tv/level';
import {
  EveningRecordSchema,
  eveningWithout,
  type EveningRecord,
  type History,
} from './history.js';

/** Keys sort as numbers do. */
const KEY_DIGITS = 9;

const PREFIX = 'evening!';
/** The keys of layout 1: digits alone. */
const FIRST_LAYOUT = { gte: keyToBytes('0'), lt: keyToBytes(':') };

const eveningCodec = jsonCodec(EveningRecordSchema);
const eveningRecords = recordSpace(PREFIX, eveningCodec);

/** Layout 1: JSON without a checksum, keys without a prefix. */
export const historyLayout: StoreLayout = {
  kind: 'tv-history',
  layout: 2,
  migrations: { 1: migrateFirstLayout },
  unmarkedLayout: layoutWithoutMark,
};

/**
 * The history that records hold.
 * @throws CorruptStoreError when a record cannot be read or is missing.
 */
export async function historyIn(records: DurableRecords): Promise<History> {
  let evenings: EveningRecord[];
  try {
    evenings = await readEvenings(records);
  } catch (cause) {
    await records.close();
    throw new CorruptStoreError('the history cannot be read', { cause });
  }
  return {
    evenings: () => evenings,
    append: (evening) =>
      records.write(
        () => [eveningRecords.put(idOf(evenings.length), evening)],
        () => evenings.push(evening),
      ),
    erase: (profile) => {
      const left = evenings.map((evening) => eveningWithout(evening, profile));
      return records.erase(
        () =>
          left
            .map((evening, i) => ({ evening, i }))
            .filter(({ evening, i }) => evening !== evenings[i])
            .map(({ evening, i }) => eveningRecords.put(idOf(i), evening)),
        () => {
          evenings = left;
        },
      );
    },
    close: () => records.close(),
  };
}

async function readEvenings(records: DurableRecords): Promise<EveningRecord[]> {
  const evenings: EveningRecord[] = [];
  for await (const [id, evening] of eveningRecords.entries(records)) {
    if (id !== idOf(evenings.length)) throw new Error(`evening ${evenings.length} is missing`);
    evenings.push(evening);
  }
  return evenings;
}

/** 2 where a damaged log took the mark; undefined where it is no history. */
async function layoutWithoutMark(reader: RecordReader): Promise<1 | 2 | undefined> {
  for await (const _ of reader.iterator(FIRST_LAYOUT)) return 1;
  for await (const _ of reader.iterator(rangeOfPrefix(keyToBytes(PREFIX)))) return 2;
  return undefined;
}

async function* migrateFirstLayout(reader: RecordReader) {
  const operations: RecordOperation[] = [];
  for await (const [key, json] of reader.iterator(FIRST_LAYOUT)) {
    const evening = decodeFirstLayout(json);
    operations.push({ type: 'del', key }, eveningRecords.put(keyFromBytes(key), evening));
  }
  yield operations;
}

/** @throws CorruptStoreError where it is not what was written. */
function decodeFirstLayout(json: Uint8Array): EveningRecord {
  try {
    return eveningCodec.decode(json);
  } catch (cause) {
    throw new CorruptStoreError('the history cannot be read', { cause });
  }
}

function idOf(evening: number): string {
  return String(evening).padStart(KEY_DIGITS, '0');
}
