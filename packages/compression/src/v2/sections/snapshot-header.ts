import type { SnapshotReference } from '@omega-tv/types';
import { flagField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';
import { toTimestamp, toUnixMs } from '../timestamps.js';
import { CODEBOOK_BITS, TIME_BITS, toCodebookId } from './delta-header.js';
import { readReference, writeReference } from './references.js';

/** What a snapshot or diff says but for its patterns and trends. */
export interface SnapshotHeader {
  /** 8 hexadecimal digits. */
  readonly codebookId: string;
  /** The content that the frame makes. */
  readonly reference: SnapshotReference;
  /** The content that a diff starts from. */
  readonly base?: SnapshotReference;
  readonly timestamp: string;
  readonly generation: number;
  readonly minCosine: number;
  /** How many embeddings each embeddings section holds. */
  readonly counts: readonly number[];
}

const HAS_BASE = flagField('base', 1, 1);
const AGE: IntegerField = { name: 'generation', typicalBits: 3 };
const LAYERS: IntegerField = { name: 'layers', typicalBits: 1 };
const LAYER_COUNT: IntegerField = { name: 'layers', typicalBits: 4 };
const LOSS_BITS = 16;

/** A cosine as a header holds it, rounded down. */
export function toHeaderCosine(cosine: number): number {
  return 1 - toLoss(cosine) / 2 ** LOSS_BITS;
}

function toLoss(cosine: number): number {
  return Math.min(2 ** LOSS_BITS - 1, Math.max(0, Math.ceil((1 - cosine) * 2 ** LOSS_BITS)));
}

export function writeSnapshotHeader(header: SnapshotHeader): Uint8Array {
  const { reference, base, counts } = header;
  const writer = new FieldWriter();
  writer.bits('codebook', parseInt(header.codebookId, 16), CODEBOOK_BITS);
  writeReference(writer, reference);
  writer.flag(HAS_BASE, base !== undefined);
  if (base !== undefined) writeReference(writer, base);
  writer.bits('time', toUnixMs(header.timestamp), TIME_BITS);
  writer.integer(AGE, reference.version - header.generation);
  writer.bits('least cosine', toLoss(header.minCosine), LOSS_BITS);
  writer.integer(LAYERS, counts.length);
  for (const count of counts) writer.integer(LAYER_COUNT, count);
  return writer.finish();
}

/** Reads what writeSnapshotHeader wrote; `reader` keeps what each field took. */
export function readSnapshotHeader(reader: FieldReader): SnapshotHeader {
  const codebookId = toCodebookId(reader.bits('codebook', CODEBOOK_BITS));
  const reference = readReference(reader);
  const base = reader.flag(HAS_BASE) ? readReference(reader) : undefined;
  const timestamp = toTimestamp(reader.bits('time', TIME_BITS));
  const generation = reference.version - reader.integer(AGE);
  const minCosine = 1 - reader.bits('least cosine', LOSS_BITS) / 2 ** LOSS_BITS;
  const layers = reader.integer(LAYERS);
  const counts: number[] = [];
  let vectors = 0;
  for (let i = 0; i < layers; i += 1) {
    const count = reader.integer(LAYER_COUNT);
    vectors += count;
    if (count === 0 || vectors > V2_LIMITS.maxVectors) {
      throw malformed(`layers: hold 0 or more than ${V2_LIMITS.maxVectors} embeddings`);
    }
    counts.push(count);
  }
  reader.finish();
  if (generation < 0) throw malformed('generation: is before the first version');
  const header = { codebookId, reference, timestamp, generation, minCosine, counts };
  return base === undefined ? header : { ...header, base };
}
