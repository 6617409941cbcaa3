import {
  MAX_INTEGER,
  RECEIPT_OUTCOMES,
  type DeltaReceipt,
  type Receipt,
  type SyncWindow,
} from '@omega-tv/types';
import { ByteReader, ByteWriter } from '../bytes.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';

const HASH_BYTES = 8;

export function writeReceipt({ serverEpoch, ...receipt }: Receipt): Uint8Array {
  const writer = new ByteWriter();
  writer.hex('server epoch', serverEpoch, HASH_BYTES);
  writeDeltaReceipt(writer, receipt);
  return writer.toBytes();
}

export function readReceipt(payload: Uint8Array): Receipt {
  const reader = new ByteReader(payload);
  const serverEpoch = reader.hex(HASH_BYTES);
  const receipt = readDeltaReceipt(reader);
  reader.finish('receipt');
  return { serverEpoch, ...receipt };
}

/** The receipts of a batch, in its order. */
export function writeBatchReceipts(receipts: readonly DeltaReceipt[]): Uint8Array {
  const writer = new ByteWriter();
  for (const receipt of receipts) writeDeltaReceipt(writer, receipt);
  return writer.toBytes();
}

export function readBatchReceipts(payload: Uint8Array): readonly DeltaReceipt[] {
  const reader = new ByteReader(payload);
  const receipts: DeltaReceipt[] = [];
  while (reader.left > 0) {
    if (receipts.length === V2_LIMITS.maxBatchFrames) throw malformed('receipts: too many');
    receipts.push(readDeltaReceipt(reader));
  }
  return receipts;
}

function writeDeltaReceipt(writer: ByteWriter, receipt: DeltaReceipt): void {
  writer.u8(RECEIPT_OUTCOMES.indexOf(receipt.outcome));
  writer.hex('digest', receipt.digest, HASH_BYTES);
  writer.varint(receipt.lastSeq);
}

function readDeltaReceipt(reader: ByteReader): DeltaReceipt {
  const outcome = RECEIPT_OUTCOMES[reader.u8()];
  if (outcome === undefined) throw malformed('receipt: an unknown outcome');
  const digest = reader.hex(HASH_BYTES);
  return { lastSeq: reader.varint(), outcome, digest };
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
