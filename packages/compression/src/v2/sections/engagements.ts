import type { Engagement } from '@omega-tv/types';
import { flagField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';
import { IdReader, IdWriter } from './ids.js';

const COUNT: IntegerField = { name: 'engagements', typicalBits: 2 };
const FURTHER_VIEWINGS: IntegerField = { name: 'viewings', typicalBits: 0 };
const COMPLETED = flagField('completed', 2, 3);

export function writeEngagements(engagements: readonly Engagement[]): Uint8Array {
  const writer = new FieldWriter();
  const ids = new IdWriter(writer);
  writer.integer(COUNT, engagements.length);
  for (const { contentId, count, completed } of engagements) {
    ids.write(contentId);
    writer.integer(FURTHER_VIEWINGS, count - 1);
    writer.flag(COMPLETED, completed);
  }
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
    const count = Math.min(reader.integer(FURTHER_VIEWINGS) + 1, Number.MAX_SAFE_INTEGER);
    engagements.push({ contentId, count, completed: reader.flag(COMPLETED) });
  }
  reader.finish();
  return engagements;
}
