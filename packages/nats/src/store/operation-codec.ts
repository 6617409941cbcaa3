import type { RecordOperation } from '@omega-tv/level';
import { SyncError } from '@omega-tv/types';

/* An operation: 1 for a value or 0 for none, the key's length, the value's length (4 bytes each), both. */
const HEAD_BYTES = 9;

export function encodeOperation(operation: RecordOperation): Uint8Array {
  const { key } = operation;
  const value = operation.type === 'put' ? operation.value : new Uint8Array();
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(Number(operation.type === 'put'));
  head.writeUInt32BE(key.length, 1);
  head.writeUInt32BE(value.length, 5);
  return Buffer.concat([head, key, value]);
}

/** @throws SyncError `serialization` where the bytes end amid an operation. */
export async function* decodeOperations(
  pieces: AsyncIterable<Uint8Array>,
): AsyncIterable<RecordOperation> {
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    held = held.length === 0 ? Buffer.from(piece) : Buffer.concat([held, piece]);
    let at = 0;
    for (;;) {
      const end = endOf(held, at);
      if (end === undefined || end > held.length) break;
      yield toOperation(held.subarray(at, end));
      at = end;
    }
    held = held.subarray(at);
  }
  if (held.length > 0) {
    throw new SyncError('serialization', 'A checkpoint ends amid a record', { path: 'checkpoint' });
  }
}

/** Where the operation at `at` ends; undefined where not even its head is there. */
function endOf(held: Buffer, at: number): number | undefined {
  if (held.length - at < HEAD_BYTES) return undefined;
  return at + HEAD_BYTES + held.readUInt32BE(at + 1) + held.readUInt32BE(at + 5);
}

function toOperation(bytes: Buffer): RecordOperation {
  const keyEnd = HEAD_BYTES + bytes.readUInt32BE(1);
  const key = bytes.subarray(HEAD_BYTES, keyEnd);
  return bytes.readUInt8() === 1
    ? { type: 'put', key, value: bytes.subarray(keyEnd) }
    : { type: 'del', key };
}
