import type { PushedPattern } from '@omega-tv/types';
import { symbolField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';
import { GenreReader, GenreWriter } from './genres.js';
import { IdReader, IdWriter } from './ids.js';
import { readCounts, writeCounts } from './pattern-counts.js';

/** All that a delta says of a pattern, its embedding apart. */
export type PushedMetadata = Omit<PushedPattern, 'embedding'>;

const COUNT: IntegerField = { name: 'patterns', typicalBits: 4 };
/** Samples since the last push: not said, all of them, or fewer. */
const NEW = symbolField('new samples kind', [4, 8, 8]);
const OLDER: IntegerField = { name: 'new samples', typicalBits: 5 };

/** Writes the patterns of a delta but for their embeddings. */
export function writePushedPatterns(patterns: readonly PushedMetadata[]): Uint8Array {
  const writer = new FieldWriter();
  const ids = new IdWriter(writer);
  const genres = new GenreWriter(writer);
  writer.integer(COUNT, patterns.length);
  for (const pattern of patterns) {
    genres.write(pattern.genre);
    ids.write(pattern.id, pattern.genre);
    writeCounts(writer, pattern);
    const { newSamples, sampleCount } = pattern;
    writer.symbol(NEW, newSamples === undefined ? 0 : newSamples === sampleCount ? 1 : 2);
    if (newSamples !== undefined && newSamples !== sampleCount) writer.integer(OLDER, newSamples);
  }
  return writer.finish();
}

/** Reads what writePushedPatterns wrote; `reader` keeps what each field took. */
export function readPushedPatterns(reader: FieldReader): readonly PushedMetadata[] {
  const ids = new IdReader(reader);
  const genres = new GenreReader(reader);
  const count = reader.integer(COUNT);
  if (count > V2_LIMITS.maxPatterns) {
    throw malformed(`patterns: are ${count}, above ${V2_LIMITS.maxPatterns}`);
  }
  const patterns: PushedMetadata[] = [];
  for (let i = 0; i < count; i += 1) {
    const genre = genres.read();
    const pattern = { id: ids.read(genre), genre, ...readCounts(reader) };
    const kind = reader.symbol(NEW);
    const { sampleCount } = pattern;
    const newSamples = kind === 2 ? reader.integer(OLDER) : kind === 1 ? sampleCount : undefined;
    if (newSamples !== undefined && newSamples > sampleCount) {
      throw malformed('new samples: are more than the samples');
    }
    patterns.push(newSamples === undefined ? pattern : { ...pattern, newSamples });
  }
  reader.finish();
  return patterns;
}
