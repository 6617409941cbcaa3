import { MAX_SCORINGS } from '@omega-tv/types';
import { reading } from '../codecs.js';
import { flagField } from '../fields/field.js';
import { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { unwritable } from '../malformed.js';

const HIT = flagField('hit', 1, 1);

/** @throws SyncError `serialization` for more than 16. */
export function writeHits(hits: readonly boolean[]): Uint8Array {
  if (hits.length === 0 || hits.length > MAX_SCORINGS) {
    throw unwritable('hits', `must be 1 to ${MAX_SCORINGS}, but are ${hits.length}`);
  }
  const writer = new FieldWriter();
  writer.choice('scorings', hits.length - 1, MAX_SCORINGS);
  for (const hit of hits) writer.flag(HIT, hit);
  return writer.finish();
}

/** @throws SyncError `compression` for what is no such section. */
export function readHits(payload: Uint8Array): readonly boolean[] {
  return reading(() => {
    const reader = new FieldReader(payload);
    const length = reader.choice('scorings', MAX_SCORINGS) + 1;
    const hits = Array.from({ length }, () => reader.flag(HIT));
    reader.finish();
    return hits;
  });
}
