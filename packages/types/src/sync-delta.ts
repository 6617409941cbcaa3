import { Type, type Static } from 'typebox';
import { MAX_INTEGER } from './limits.js';
import {
  PatternDataSchema,
  patternDataFromWire,
  patternDataToWire,
  type PatternData,
} from './pattern-data.js';
import { NameSchema } from './name.js';
import { check } from './validation.js';

/** What a TV pushes, on the v1 wire. */
export const SyncDeltaSchema = Type.Object({
  device_id: NameSchema,
  patterns: Type.Array(PatternDataSchema),
  version: Type.Integer({ minimum: 0 }),
  timestamp: Type.String({ format: 'date-time' }),
});

export type SyncDeltaWire = Static<typeof SyncDeltaSchema>;

/** What a TV pushes: its patterns since the last push. */
export interface SyncDelta {
  readonly deviceId: string;
  readonly patterns: readonly PatternData[];
  /** The last version that the TV got, plus one. */
  readonly version: number;
  /** RFC 3339. */
  readonly timestamp: string;
}

/**
 * Reads a delta from parsed JSON.
 * @throws SyncError `invalid-pattern` for a bad pattern, `serialization` for anything else.
 */
export function syncDeltaFromWire(json: unknown): SyncDelta {
  const wire = check(SyncDeltaSchema, json, 'delta');
  return {
    deviceId: wire.device_id,
    patterns: wire.patterns.map(patternDataFromWire),
    version: Math.min(wire.version, MAX_INTEGER),
    timestamp: wire.timestamp,
  };
}

export function syncDeltaToWire(delta: SyncDelta): SyncDeltaWire {
  return {
    device_id: delta.deviceId,
    patterns: delta.patterns.map(patternDataToWire),
    version: delta.version,
    timestamp: delta.timestamp,
  };
}

/**
 * Checks a delta before it is sent.
 * @throws SyncError `invalid-pattern` for a bad pattern, `serialization` for anything else.
 */
export function validateSyncDelta(delta: SyncDelta): void {
  check(SyncDeltaSchema, syncDeltaToWire(delta), 'delta');
}
