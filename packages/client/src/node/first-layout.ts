import { crc32 } from 'node:zlib';
import {
  CorruptStoreError,
  keyFromBytes,
  keyToBytes,
  rangeOfPrefix,
  type RecordOperation,
  type RecordReader,
} from '@omega-tv/level';
import { readMiniLmFrame } from './read-frame.js';
import { patternFromFirstLayout, stateFromFirstLayout } from './first-layout-state.js';
import { nothingStored } from '../records/push-records.js';
import { isStateStored, learnedRecords, stateChanges } from '../records/state-records.js';

const CHECKSUM_DIGITS = 8;
const LEARNED = 'skill!';
const STATE = 'sync-state';

/**
 * The layout of a TV's store without a mark: 1 from before there was one, 2 where a damaged log took
 * it; undefined where it is no TV's.
 */
export async function layoutWithoutMark(reader: RecordReader): Promise<1 | 2 | undefined> {
  for await (const _ of readFirstLayout(reader, STATE)) return 1;
  for await (const [, record] of readFirstLayout(reader, LEARNED)) {
    return hasTextChecksum(record) ? 1 : 2;
  }
  return (await isStateStored(reader)) ? 2 : undefined;
}

/** Each part of the state gets a record of its own, floats and frame their own form; one step. */
export async function* migrateFirstLayout(
  reader: RecordReader,
): AsyncIterable<readonly RecordOperation[]> {
  const operations: RecordOperation[] = [];
  for await (const [key, record] of readFirstLayout(reader, LEARNED)) {
    const pattern = readOrCorrupt(key, record, patternFromFirstLayout);
    operations.push(learnedRecords.put(pattern.id, pattern));
  }
  for await (const [key, record] of readFirstLayout(reader, STATE)) {
    const state = readOrCorrupt(key, record, stateFromFirstLayout);
    operations.push(
      { type: 'del', key: keyToBytes(STATE) },
      ...stateChanges(nothingStored, state, readMiniLmFrame).operations,
    );
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

/** @throws CorruptStoreError where it does not match its checksum, or is not what it should be. */
function readOrCorrupt<Value>(
  key: string,
  record: Uint8Array,
  read: (json: Uint8Array) => Value,
): Value {
  if (!hasTextChecksum(record)) {
    throw new CorruptStoreError(`the record ${kindOf(key)} does not match its checksum`);
  }
  try {
    return read(record.subarray(CHECKSUM_DIGITS));
  } catch (cause) {
    throw new CorruptStoreError(`the record ${kindOf(key)} is not what its layout says`, { cause });
  }
}

/** For a message: what the TV watched is none of a log's. */
function kindOf(key: string): string {
  return key.slice(0, key.indexOf('!') + 1) || key;
}

/** The first layout's records begin with the CRC-32 of their JSON, in hexadecimal digits. */
function hasTextChecksum(record: Uint8Array): boolean {
  const checksum = crc32(record.subarray(CHECKSUM_DIGITS)).toString(16);
  const digits = Buffer.from(record.subarray(0, CHECKSUM_DIGITS)).toString();
  return digits === checksum.padStart(CHECKSUM_DIGITS, '0');
}
