import type { Capability, Receipt, SnapshotReference, SyncWindow } from '@omega-tv/types';
import { reading } from '../codecs.js';
import {
  findSection,
  readFrame,
  requireKind,
  requireSection,
  SectionType,
  writeFrame,
  type Section,
} from '../container.js';
import { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { V2_LIMITS } from '../limits.js';
import { tooMany } from '../malformed.js';
import { readCapabilities, writeCapabilities } from '../sections/capabilities.js';
import {
  readBatchReceipts,
  readReceipt,
  readSyncWindow,
  writeBatchReceipts,
  writeReceipt,
  writeSyncWindow,
} from '../sections/receipt.js';
import { readReference, writeReference } from '../sections/references.js';
import { readStanding, writeStanding } from '../sections/standing.js';

/** What a server answers to a delta. */
export interface AnswerFrame {
  /** What became of the delta: decided whether or not the rest can be read. */
  readonly receipt: Receipt;
  readonly window: SyncWindow;
  /** The newest version. */
  readonly current: SnapshotReference;
  /** A frame that makes it; absent where the TV holds it, or asked for the receipt alone. */
  readonly snapshot?: Uint8Array;
  /** What the server can do; absent from those of the first release of v2. */
  readonly capabilities?: readonly Capability[];
  /** The payload of a titles section, as `fillTitles` makes it; absent where the TV lacks nothing. */
  readonly titles?: Uint8Array;
}

/** @throws SyncError `compression-limit` above 64 KiB, `serialization` for what no frame can hold. */
export function encodeAnswerFrame(answer: AnswerFrame): Uint8Array {
  const { receipt, window, current, snapshot, titles, capabilities } = answer;
  const { standing, batch } = receipt;
  const header = new FieldWriter();
  writeReference(header, current);
  const bytes = writeFrame({
    kind: 'answer',
    sections: [
      { type: SectionType.header, payload: header.finish() },
      { type: SectionType.receipt, payload: writeReceipt(receipt) },
      { type: SectionType.syncWindow, payload: writeSyncWindow(window) },
      ...section(SectionType.capabilities, capabilities, writeCapabilities),
      ...section(SectionType.standing, standing, writeStanding),
      ...section(SectionType.batchReceipts, batch, writeBatchReceipts),
      ...section(SectionType.frame, snapshot, (frame) => frame),
      ...section(SectionType.titles, titles, (payload) => payload),
    ],
  });
  const { maxResponseBytes } = V2_LIMITS;
  if (bytes.length > maxResponseBytes) throw tooMany('bytes', bytes.length, maxResponseBytes);
  return bytes;
}

/**
 * Reads an answer; the snapshot's frame and the titles are handed out unread, so that a receipt
 * counts even where those cannot be used.
 * @throws SyncError `compression-limit`, `compression` or `protocol`.
 */
export function decodeAnswerFrame(bytes: Uint8Array): AnswerFrame {
  const frame = readFrame(bytes, V2_LIMITS.maxResponseBytes);
  requireKind(frame, 'answer');
  return reading(() => {
    const header = new FieldReader(requireSection(frame, SectionType.header, 'header'));
    const current = readReference(header);
    header.finish();
    const receipt = readReceipt(requireSection(frame, SectionType.receipt, 'receipt'));
    const window = readSyncWindow(requireSection(frame, SectionType.syncWindow, 'sync window'));
    return {
      receipt: {
        ...receipt,
        ...member('standing', findSection(frame, SectionType.standing), readStanding),
        ...member('batch', findSection(frame, SectionType.batchReceipts), readBatchReceipts),
      },
      window,
      current,
      ...member('capabilities', findSection(frame, SectionType.capabilities), readCapabilities),
      ...member('snapshot', findSection(frame, SectionType.frame), (bytes) => bytes),
      ...member('titles', findSection(frame, SectionType.titles), (bytes) => bytes),
    };
  });
}

function section<Value>(
  type: number,
  value: Value | undefined,
  write: (value: Value) => Uint8Array,
): readonly Section[] {
  return value === undefined ? [] : [{ type, payload: write(value) }];
}

/** An object with the member that a section holds; an empty one where there is no such section. */
function member<Name extends string, Value>(
  name: Name,
  payload: Uint8Array | undefined,
  read: (payload: Uint8Array) => Value,
): Partial<Record<Name, Value>> {
  return payload === undefined ? {} : ({ [name]: read(payload) } as Record<Name, Value>);
}
