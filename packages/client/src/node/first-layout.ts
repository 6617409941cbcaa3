import { crc32 } from 'node:zlib';
import {
  bytesCodec,
  CorruptStoreError,
  keyFromBytes,
  keyToBytes,
  rangeOfPrefix,
  recordSpace,
  singleRecord,
  type RecordOperation,
  type RecordReader,
} from '@omega-tv/level';

const CHECKSUM_DIGITS = 8;
const LEARNED = 'skill!';
const STATE = 'sync-state';

const learned = recordSpace(LEARNED, bytesCodec);
const state = singleRecord(STATE, bytesCodec);

/**
 * The layout of a TV's store without a mark: 1 from before there was one, 2 where a damaged log took
 * it; undefined where it is no TV's.
 */
export async function layoutWithoutMark(reader: RecordReader): Promise<1 | 2 | undefined> {
  for (const prefix of [LEARNED, STATE]) {
    for await (const [, record] of readFirstLayout(reader, prefix)) {
      return hasTextChecksum(record) ? 1 : 2;
    }
  }
  return undefined;
}

/** The same JSON under the checksum that all records bear now; one step. */
export async function* migrateFirstLayout(
  reader: RecordReader,
): AsyncIterable<readonly RecordOperation[]> {
  const operations: RecordOperation[] = [];
  for await (const [key, record] of readFirstLayout(reader, LEARNED)) {
    operations.push(learned.put(key.slice(LEARNED.length), bodyOf(key, record)));
  }
  for await (const [key, record] of readFirstLayout(reader, STATE)) {
    operations.push(state.put(bodyOf(key, record)));
  }
  yield operations;
}

async function* readFirstLayout(
  reader: RecordReader,
  prefix: string,
): AsyncIterable<readonly [key: string, record: Uint8Array]> {
  for await (const [key, record] of reader.iterator(rangeOfPrefix(keyToBytes(prefix)))) {
    yield [keyFromBytes(key), record];
  }
}

/** @throws CorruptStoreError where it does not match its checksum. */
function bodyOf(key: string, record: Uint8Array): Uint8Array {
  if (hasTextChecksum(record)) return record.subarray(CHECKSUM_DIGITS);
  throw new CorruptStoreError(`the record ${key} does not match its checksum`);
}

/** The first layout's records begin with the CRC-32 of their JSON, in hexadecimal digits. */
function hasTextChecksum(record: Uint8Array): boolean {
  const checksum = crc32(record.subarray(CHECKSUM_DIGITS)).toString(16);
  const digits = Buffer.from(record.subarray(0, CHECKSUM_DIGITS)).toString();
  return digits === checksum.padStart(CHECKSUM_DIGITS, '0');
}
