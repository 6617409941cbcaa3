import { CorruptStoreError } from './corrupt-store-error.js';
import { crc32 } from './crc32.js';

const CHECKSUM_BYTES = 4;

/**
 * A record: the CRC-32 of its key and body, four bytes, least first, then the body. LevelDB's
 * binding checks no table as it reads, and a whole record may lie under a wrong key.
 */
export function sealRecord(key: Uint8Array, body: Uint8Array): Uint8Array {
  const record = new Uint8Array(CHECKSUM_BYTES + body.length);
  viewOf(record).setUint32(0, crc32(body, crc32(key)), true);
  record.set(body, CHECKSUM_BYTES);
  return record;
}

/** @throws CorruptStoreError where the record is not what `sealRecord` made for this key. */
export function unsealRecord(key: Uint8Array, record: Uint8Array): Uint8Array {
  const body = record.subarray(CHECKSUM_BYTES);
  const isWhole =
    record.length >= CHECKSUM_BYTES &&
    viewOf(record).getUint32(0, true) === crc32(body, crc32(key));
  if (isWhole) return body;
  throw new CorruptStoreError(`the record ${nameOfKey(key)} does not match its checksum`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * For a message: a record that is one of many goes by its kind, as `title!`. Messages end in logs, and what a
 * household watched is none of theirs. Bytes that are not UTF-8 become U+FFFD.
 */
export function nameOfKey(key: Uint8Array): string {
  const name = new TextDecoder().decode(key);
  const end = name.indexOf('!');
  return end > 0 ? name.slice(0, end + 1) : name;
}
