import type { PatternData } from '@omega-tv/types';
import { flagField, symbolField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';
import { keyOf } from '../snapshot.js';
import { GenreReader, GenreWriter } from './genres.js';
import { IdReader, IdWriter } from './ids.js';
import { readCounts, writeCounts } from './pattern-counts.js';

/** A pattern of a snapshot but for its embedding, and which of the snapshot's vectors that is. */
export interface PlacedMetadata extends Omit<PatternData, 'embedding'> {
  readonly place: number;
}

const COUNT: IntegerField = { name: 'patterns', typicalBits: 5 };
/** The pattern behind the base's last one, another one of the base, or none of it. */
const ORIGIN = symbolField('origin', [24, 4, 8]);
const Origin = { next: 0, jump: 1, added: 2 } as const;
const SAME_COUNTS = flagField('counts kept', 2, 6);
const SAME_PLACE = flagField('embedding kept', 2, 6);
const NEXT_PLACE = flagField('embedding', 1, 12);

/**
 * Writes the patterns of a snapshot, in order, each against its namesake in the base.
 * @param known how many vectors the reader has; the others are new to it, in order.
 */
export function writeSnapshotPatterns(
  patterns: readonly PlacedMetadata[],
  base: readonly PlacedMetadata[],
  known: number,
): Uint8Array {
  const writer = new FieldWriter();
  const ids = new IdWriter(writer);
  const genres = new GenreWriter(writer);
  const indexes = new Map(base.map((pattern, index) => [keyOf(pattern), index]));
  writer.integer(COUNT, patterns.length);
  let next = 0;
  let nextPlace = known;
  for (const pattern of patterns) {
    const index = indexes.get(keyOf(pattern));
    const before = index === undefined ? undefined : base[index];
    if (index === undefined || before === undefined) {
      writer.symbol(ORIGIN, Origin.added);
      genres.write(pattern.genre);
      ids.write(pattern.id, pattern.genre);
      writeCounts(writer, pattern);
    } else {
      writer.symbol(ORIGIN, index === next ? Origin.next : Origin.jump);
      if (index !== next) writer.choice('origin', index, base.length);
      next = index + 1;
      const isSame =
        before.sampleCount === pattern.sampleCount && before.successRate === pattern.successRate;
      writer.flag(SAME_COUNTS, isSame);
      if (!isSame) writeCounts(writer, pattern);
      writer.flag(SAME_PLACE, before.place === pattern.place);
      if (before.place === pattern.place) continue;
    }
    writer.flag(NEXT_PLACE, pattern.place === nextPlace);
    if (pattern.place !== nextPlace) writer.bits('embedding', pattern.place, PLACE_BITS);
    nextPlace = pattern.place + 1;
  }
  return writer.finish();
}

const PLACE_BITS = 12;

/** Reads what writeSnapshotPatterns wrote; `reader` keeps what each field took. */
export function readSnapshotPatterns(
  reader: FieldReader,
  base: readonly PlacedMetadata[],
  known: number,
): readonly PlacedMetadata[] {
  const ids = new IdReader(reader);
  const genres = new GenreReader(reader);
  const count = reader.integer(COUNT);
  if (count > V2_LIMITS.maxPatterns) {
    throw malformed(`patterns: are ${count}, above ${V2_LIMITS.maxPatterns}`);
  }
  const patterns: PlacedMetadata[] = [];
  let next = 0;
  let nextPlace = known;
  for (let i = 0; i < count; i += 1) {
    const origin = reader.symbol(ORIGIN);
    if (origin === Origin.added) {
      const genre = genres.read();
      const added = { id: ids.read(genre), genre, ...readCounts(reader) };
      patterns.push({ ...added, place: readPlace() });
      continue;
    }
    const index = origin === Origin.next ? next : reader.choice('origin', base.length);
    const before = base[index];
    if (before === undefined) throw malformed('origin: is no pattern of the base');
    next = index + 1;
    const counts = reader.flag(SAME_COUNTS) ? {} : readCounts(reader);
    const place = reader.flag(SAME_PLACE) ? before.place : readPlace();
    patterns.push({ ...before, ...counts, place });
  }
  reader.finish();
  return patterns;

  function readPlace(): number {
    const place = reader.flag(NEXT_PLACE) ? nextPlace : reader.bits('embedding', PLACE_BITS);
    nextPlace = place + 1;
    return place;
  }
}
