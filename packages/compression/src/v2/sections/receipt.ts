import { MAX_INTEGER, RECEIPT_OUTCOMES, type Receipt, type SyncWindow } from '@omega-tv/types';
import { ByteReader, ByteWriter } from '../bytes.js';
import { malformed } from '../malformed.js';

const HASH_BYTES = 8;

export function writeReceipt({ serverEpoch, lastSeq, outcome, digest }: Receipt): Uint8Array {
  const writer = new ByteWriter();
  writer.hex('server epoch', serverEpoch, HASH_BYTES);
  writer.u8(RECEIPT_OUTCOMES.indexOf(outcome));
  writer.hex('digest', digest, HASH_BYTES);
  writer.varint(lastSeq);
  return writer.toBytes();
}

export function readReceipt(payload: Uint8Array): Receipt {
  const reader = new ByteReader(payload);
  const serverEpoch = reader.hex(HASH_BYTES);
  const outcome = RECEIPT_OUTCOMES[reader.u8()];
  if (outcome === undefined) throw malformed('receipt: an unknown outcome');
  const digest = reader.hex(HASH_BYTES);
  const lastSeq = reader.varint();
  reader.finish('receipt');
  return { serverEpoch, lastSeq, outcome, digest };
}

/** In milliseconds from when the answer arrives. */
export function writeSyncWindow({ minMs, maxMs }: SyncWindow): Uint8Array {
  const writer = new ByteWriter();
  writer.varint(minMs);
  writer.varint(maxMs - minMs);
  return writer.toBytes();
}

export function readSyncWindow(payload: Uint8Array): SyncWindow {
  const reader = new ByteReader(payload);
  const minMs = reader.varint();
  const maxMs = Math.min(minMs + reader.varint(), MAX_INTEGER);
  reader.finish('sync window');
  return { minMs, maxMs };
}
