import { MAX_INTEGER, SyncError, type PushedPattern } from '@omega-tv/types';
import { symbolField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { V2_LIMITS } from '../limits.js';
import { malformed, tooMany } from '../malformed.js';
import { GenreReader, GenreWriter } from './genres.js';
import { IdReader, IdWriter } from './ids.js';
import { readCounts, writeCounts } from './pattern-counts.js';

/** All that a delta says of a pattern, its embedding apart. */
export type PushedMetadata = Omit<PushedPattern, 'embedding'>;

const COUNT: IntegerField = { name: 'patterns', typicalBits: 4 };
/** Samples since the last push: not said, all of them, or fewer. */
const NEW = symbolField('new samples kind', [4, 8, 8]);
const FEWER: IntegerField = { name: 'new samples', typicalBits: 5 };

/**
 * Writes the patterns of a delta but for their embeddings.
 * @throws SyncError `compression-limit` for too many, `invalid-pattern` for more new samples than
 * there are.
 */
export function writePushedPatterns(patterns: readonly PushedMetadata[]): Uint8Array {
  const { maxRequestPatterns } = V2_LIMITS;
  if (patterns.length > maxRequestPatterns) {
    throw tooMany('patterns', patterns.length, maxRequestPatterns);
  }
  const writer = new FieldWriter();
  const ids = new IdWriter(writer);
  const genres = new GenreWriter(writer);
  writer.integer(COUNT, patterns.length);
  patterns.forEach((pattern, i) => {
    genres.write(pattern.genre);
    ids.write(pattern.id, pattern.genre);
    writeCounts(writer, pattern);
    const sampleCount = Math.min(pattern.sampleCount, MAX_INTEGER);
    const newSamples = checkNewSamples(pattern.newSamples, sampleCount, i);
    writer.symbol(NEW, newSamples === undefined ? 0 : newSamples === sampleCount ? 1 : 2);
    if (newSamples !== undefined && newSamples !== sampleCount) writer.integer(FEWER, newSamples);
  });
  return writer.finish();
}

function checkNewSamples(
  given: number | undefined,
  sampleCount: number,
  index: number,
): number | undefined {
  if (given === undefined) return undefined;
  const newSamples = Math.min(given, MAX_INTEGER);
  if (Number.isInteger(newSamples) && newSamples >= 0 && newSamples <= sampleCount) {
    return newSamples;
  }
  const path = `patterns[${index}].newSamples`;
  const limit = `must be a whole number from 0 to sampleCount (${sampleCount})`;
  const details = { path, value: given, limit };
  throw new SyncError('invalid-pattern', `pattern: ${path} ${limit}, but is ${given}`, details);
}

/** How many patterns a section holds: its first field. */
export function readPatternCount(reader: FieldReader): number {
  const count = reader.integer(COUNT);
  const { maxRequestPatterns } = V2_LIMITS;
  if (count > maxRequestPatterns) {
    throw malformed(`patterns: are ${count}, above ${maxRequestPatterns}`);
  }
  return count;
}

/** Reads what writePushedPatterns wrote; `reader` keeps what each field took. */
export function readPushedPatterns(reader: FieldReader): readonly PushedMetadata[] {
  const ids = new IdReader(reader);
  const genres = new GenreReader(reader);
  const count = readPatternCount(reader);
  const patterns: PushedMetadata[] = [];
  for (let i = 0; i < count; i += 1) {
    const genre = genres.read();
    const pattern = { id: ids.read(genre), genre, ...readCounts(reader) };
    const kind = reader.symbol(NEW);
    const { sampleCount } = pattern;
    const newSamples = kind === 2 ? reader.integer(FEWER) : kind === 1 ? sampleCount : undefined;
    if (newSamples !== undefined && newSamples > sampleCount) {
      throw malformed('new samples: are more than the samples');
    }
    patterns.push(newSamples === undefined ? pattern : { ...pattern, newSamples });
  }
  reader.finish();
  return patterns;
}
