import { MAX_INTEGER, type DeltaPosition, type SnapshotReference } from '@omega-tv/types';
import { flagField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { toTimestamp, toUnixMs } from '../timestamps.js';
import { IdReader, IdWriter } from './ids.js';
import { readReference, writeReference } from './references.js';
import { readRegion, writeRegion } from './regions.js';

/** What a delta says but for its patterns, engagements and taste. */
export interface DeltaHeader {
  /** The codebook of its embeddings, and one that the TV reads: 8 hexadecimal digits of its id. */
  readonly codebookId: string;
  /** The snapshot that the TV holds; its embeddings may be predicted from it. */
  readonly base?: SnapshotReference;
  readonly deviceId: string;
  readonly position?: DeltaPosition;
  readonly version: number;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly region?: string;
}

const HAS_BASE = flagField('base', 2, 4);
const HAS_POSITION = flagField('position', 1, 6);
const SEQ: IntegerField = { name: 'position', typicalBits: 7 };
const EXPECTED_VERSION = flagField('version', 1, 6);
const VERSION: IntegerField = { name: 'version', typicalBits: 5 };
const HAS_REGION = flagField('region', 3, 1);

export const CODEBOOK_BITS = 32;
/** Enough for the last millisecond of the year 9999. */
export const TIME_BITS = 48;

export function writeDeltaHeader(header: DeltaHeader): Uint8Array {
  const { base, deviceId, position, version, timestamp, region } = header;
  const writer = new FieldWriter();
  writer.bits('codebook', parseInt(header.codebookId, 16), CODEBOOK_BITS);
  writer.flag(HAS_BASE, base !== undefined);
  if (base !== undefined) writeReference(writer, base);
  new IdWriter(writer).write(deviceId);
  writer.flag(HAS_POSITION, position !== undefined);
  if (position !== undefined) {
    writer.bits('position', position.deviceEpoch, 32);
    writer.integer(SEQ, position.seq);
  }
  const isExpected = version === versionBehind(base);
  writer.flag(EXPECTED_VERSION, isExpected);
  if (!isExpected) writer.integer(VERSION, version);
  writer.bits('time', toUnixMs(timestamp), TIME_BITS);
  writer.flag(HAS_REGION, region !== undefined);
  if (region !== undefined) writeRegion(writer, region);
  return writer.finish();
}

/** Reads what writeDeltaHeader wrote; `reader` keeps what each field took. */
export function readDeltaHeader(reader: FieldReader): DeltaHeader {
  const codebookId = toCodebookId(reader.bits('codebook', CODEBOOK_BITS));
  const base = reader.flag(HAS_BASE) ? readReference(reader) : undefined;
  const deviceId = new IdReader(reader).read();
  const position = reader.flag(HAS_POSITION)
    ? { deviceEpoch: reader.bits('position', 32), seq: reader.integer(SEQ) }
    : undefined;
  const version = reader.flag(EXPECTED_VERSION) ? versionBehind(base) : reader.integer(VERSION);
  const timestamp = toTimestamp(reader.bits('time', TIME_BITS));
  const region = reader.flag(HAS_REGION) ? readRegion(reader) : undefined;
  reader.finish();
  return {
    codebookId,
    deviceId,
    version,
    timestamp,
    ...(base === undefined ? {} : { base }),
    ...(position === undefined ? {} : { position }),
    ...(region === undefined ? {} : { region }),
  };
}

function versionBehind(base: SnapshotReference | undefined): number {
  return Math.min((base?.version ?? 0) + 1, MAX_INTEGER);
}

export function toCodebookId(bits: number): string {
  return bits.toString(16).padStart(CODEBOOK_BITS / 4, '0');
}
