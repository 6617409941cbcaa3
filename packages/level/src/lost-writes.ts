import { Type } from 'typebox';
import { jsonCodec } from './record-codec.js';
import { singleRecord } from './record-space.js';

/**
 * Stands in a store whose log was damaged, so that writes which were durable are missing: what the
 * database said. Whoever has dealt with it deletes it, in the batch that does. Only with
 * `lostWrites: 'mark'`.
 */
export const lostWritesRecord = singleRecord('!lost-writes', jsonCodec(Type.String()));
