import type { SnapshotReference } from '@omega-tv/types';
import { flagField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';
import { toTimestamp, toUnixMs } from '../timestamps.js';
import type { Layer } from '../snapshot.js';
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
  /** What the embeddings sections hold, in their order. */
  readonly layers: readonly Omit<Layer, 'message'>[];
}

const HAS_BASE = flagField('base', 1, 1);
const AGE: IntegerField = { name: 'generation', typicalBits: 3 };
const LAYERS: IntegerField = { name: 'layers', typicalBits: 1 };
const LAYER_COUNT: IntegerField = { name: 'layer size', typicalBits: 4 };
const CODING_ERROR: IntegerField = { name: 'coding error', typicalBits: 11 };
/** Steps of a coding error; 1 is the largest. */
const ERROR_STEPS = 65_536;

/** A coding error as a header holds it, rounded up. */
export function toHeaderError(error: number): number {
  return Math.min(ERROR_STEPS, Math.ceil(error * ERROR_STEPS)) / ERROR_STEPS;
}

export function writeSnapshotHeader(header: SnapshotHeader): Uint8Array {
  const { reference, base, layers } = header;
  const writer = new FieldWriter();
  writer.bits('codebook', parseInt(header.codebookId, 16), CODEBOOK_BITS);
  writeReference(writer, reference);
  writer.flag(HAS_BASE, base !== undefined);
  if (base !== undefined) writeReference(writer, base);
  writer.bits('time', toUnixMs(header.timestamp), TIME_BITS);
  writer.integer(AGE, reference.version - header.generation);
  writer.integer(LAYERS, layers.length);
  for (const { count, codingError } of layers) {
    writer.integer(LAYER_COUNT, count);
    writer.integer(CODING_ERROR, codingError * ERROR_STEPS);
  }
  return writer.finish();
}

/** Reads what writeSnapshotHeader wrote; `reader` keeps what each field took. */
export function readSnapshotHeader(reader: FieldReader): SnapshotHeader {
  const codebookId = toCodebookId(reader.bits('codebook', CODEBOOK_BITS));
  const reference = readReference(reader);
  const base = reader.flag(HAS_BASE) ? readReference(reader) : undefined;
  const timestamp = toTimestamp(reader.bits('time', TIME_BITS));
  const generation = reference.version - reader.integer(AGE);
  if (generation < 0) throw malformed('generation: is before the first version');
  const layers = readLayers(reader);
  reader.finish();
  const header = { codebookId, reference, timestamp, generation, layers };
  return base === undefined ? header : { ...header, base };
}

function readLayers(reader: FieldReader): SnapshotHeader['layers'] {
  const length = reader.integer(LAYERS);
  const { maxLayers, maxVectors } = V2_LIMITS;
  if (length > maxLayers) throw malformed(`layers: are ${length}, above ${maxLayers}`);
  let vectors = 0;
  return Array.from({ length }, () => {
    const count = reader.integer(LAYER_COUNT);
    vectors += count;
    if (count === 0 || vectors > maxVectors) {
      throw malformed(`layers: hold 0 or more than ${maxVectors} embeddings`);
    }
    const steps = reader.integer(CODING_ERROR);
    if (steps > ERROR_STEPS) throw malformed('coding error: is above 1');
    return { count, codingError: steps / ERROR_STEPS };
  });
}
