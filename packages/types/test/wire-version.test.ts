import { createHash } from 'node:crypto';
import { it } from '@jest/globals';
import {
  GlobalPatternsSchema,
  PatternDataSchema,
  SyncDeltaSchema,
  TrendSignalSchema,
} from '../src/index.js';

/** What the schemas are called on the wire, and the SHA-256 of their JSON. */
const WIRE_VERSION = 'v1';
const SCHEMAS_SHA256 = 'ccc48f9fb9be6aa364e087b50d4a5adb4a24e28a5dfabba7b3e75d1125d631fe';

it('the wire schemas change only together with the version of the wire', () => {
  const schemas = [PatternDataSchema, SyncDeltaSchema, TrendSignalSchema, GlobalPatternsSchema];
  const hash = createHash('sha256').update(JSON.stringify(schemas)).digest('hex');
  const advice =
    `The schemas of wire ${WIRE_VERSION} changed. Clients in the field speak ${WIRE_VERSION}: keep ` +
    'its schemas and give the change a version of its own (paths, media type, WIRE_VERSION). Only ' +
    'where every body that was valid stays valid, and none becomes valid, write the new hash here.';
  if (hash !== SCHEMAS_SHA256) throw new Error(`${advice} It is ${hash}.`);
});
