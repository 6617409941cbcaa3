import { deserialize, serialize } from 'node:v8';
import {
  bytesCodec,
  recordSpace,
  singleRecord,
  type RecordOperation,
  type RecordReader,
} from '@omega-tv/level';
import { packEntries, unpackEntries } from '../log/entry-group.js';

const SEQUENCE_DIGITS = 16;

/** What one append wrote, by the sequence of its first entry. */
export const groupRecords = recordSpace('group!', {
  encode: packEntries,
  decode: (bytes) => unpackEntries(new Uint8Array(bytes)),
});
/** Up to where the log was truncated. */
export const truncatedRecord = singleRecord('log-truncated', {
  encode: (sequence: number) => serialize(sequence),
  decode: (bytes) => Number(deserialize(bytes)),
});
/** Of layout 3: each entry by itself. */
const formerEntryRecords = recordSpace('log!', bytesCodec);

/** Sorts as sequences do. */
export function idOfSequence(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, '0');
}

/** One batch: a log is as long as what came since a checkpoint. */
export async function* groupEntries(
  reader: RecordReader,
): AsyncIterable<readonly RecordOperation[]> {
  const operations: RecordOperation[] = [];
  for await (const [id, entry] of formerEntryRecords.entries(reader)) {
    operations.push(formerEntryRecords.delete(id), groupRecords.put(id, [entry]));
  }
  yield operations;
}
