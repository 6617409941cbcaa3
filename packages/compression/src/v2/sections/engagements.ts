import { MAX_INTEGER, type Engagement } from '@omega-tv/types';
import { flagField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { V2_LIMITS } from '../limits.js';
import { malformed, tooMany, unwritable } from '../malformed.js';
import { IdReader, IdWriter } from './ids.js';

const COUNT: IntegerField = { name: 'engagements', typicalBits: 2 };
const FURTHER_VIEWINGS: IntegerField = { name: 'viewings', typicalBits: 0 };
const COMPLETED = flagField('completed', 2, 3);

/**
 * @throws SyncError `compression-limit` for too many, `serialization` for a count that is no whole
 * number of at least 1.
 */
export function writeEngagements(engagements: readonly Engagement[]): Uint8Array {
  if (engagements.length > V2_LIMITS.maxEngagements) {
    throw tooMany('engagements', engagements.length, V2_LIMITS.maxEngagements);
  }
  const writer = new FieldWriter();
  const ids = new IdWriter(writer);
  writer.integer(COUNT, engagements.length);
  engagements.forEach(({ contentId, count, completed }, i) => {
    if (!(count >= 1)) {
      throw unwritable(`engagements[${i}].count`, `must be at least 1, but is ${count}`);
    }
    ids.write(contentId);
    writer.integer(FURTHER_VIEWINGS, Math.min(count, MAX_INTEGER) - 1);
    writer.flag(COMPLETED, completed);
  });
  return writer.finish();
}

/** Reads what writeEngagements wrote; `reader` keeps what each field took. */
export function readEngagements(reader: FieldReader): readonly Engagement[] {
  const ids = new IdReader(reader);
  const length = reader.integer(COUNT);
  if (length > V2_LIMITS.maxEngagements) {
    throw malformed(`engagements: are ${length}, above ${V2_LIMITS.maxEngagements}`);
  }
  const engagements: Engagement[] = [];
  for (let i = 0; i < length; i += 1) {
    const contentId = ids.read();
    const count = Math.min(reader.integer(FURTHER_VIEWINGS) + 1, MAX_INTEGER);
    engagements.push({ contentId, count, completed: reader.flag(COMPLETED) });
  }
  reader.finish();
  return engagements;
}
