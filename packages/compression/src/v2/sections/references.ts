import { GLOBAL_STREAM, type SnapshotReference } from '@omega-tv/types';
import { fromHex, toHex } from '../bytes.js';
import { flagField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import type { FieldWriter } from '../fields/field-writer.js';

const OTHER_STREAM = flagField('stream', 6, 1);
const VERSION: IntegerField = { name: 'base version', typicalBits: 7 };
const HASH_BYTES = 8;

/** Writes which content of which version of which stream is meant. */
export function writeReference(writer: FieldWriter, reference: SnapshotReference): void {
  const { stream, version, hash } = reference;
  writer.flag(OTHER_STREAM, stream !== GLOBAL_STREAM);
  if (stream !== GLOBAL_STREAM) writer.text('stream', stream);
  writer.integer(VERSION, version);
  writer.bytes('hash', fromHex('hash', hash, HASH_BYTES));
}

export function readReference(reader: FieldReader): SnapshotReference {
  const stream = reader.flag(OTHER_STREAM) ? reader.text('stream') : GLOBAL_STREAM;
  const version = reader.integer(VERSION);
  return { stream, version, hash: toHex(reader.bytes('hash', HASH_BYTES)) };
}
