import { Type, type Static } from 'typebox';
import { MAX_INTEGER } from './limits.js';
import {
  PatternDataSchema,
  patternDataFromWire,
  patternDataToWire,
  type PatternData,
} from './pattern-data.js';
import type { Capability } from './capability.js';
import type { Engagement, Taste } from './engagement.js';
import type { HeldTitles, ViewerFactors } from './learning.js';
import { NameSchema } from './name.js';
import { check, checkBuilt } from './validation.js';

/** What a TV pushes, on the v1 wire. */
export const SyncDeltaSchema = Type.Object({
  device_id: NameSchema,
  patterns: Type.Array(PatternDataSchema),
  version: Type.Integer({ minimum: 0 }),
  timestamp: Type.String({ format: 'date-time' }),
});

export type SyncDeltaWire = Static<typeof SyncDeltaSchema>;

/** A pattern on its way up. */
export interface PushedPattern extends PatternData {
  /** Samples since the last acknowledged push; v1 carries cumulative counts only. */
  readonly newSamples?: number;
}

/** What a TV pushes: its patterns since the last push. v1 carries the first four fields only. */
export interface SyncDelta {
  readonly deviceId: string;
  readonly patterns: readonly PushedPattern[];
  /** The last version that the TV got, plus one. */
  readonly version: number;
  /** RFC 3339. */
  readonly timestamp: string;
  /** Where this delta stands among those of its device. */
  readonly position?: DeltaPosition;
  /** Where the TV is, ISO 3166-1 alpha-2. */
  readonly region?: string;
  readonly engagements?: readonly Engagement[];
  readonly taste?: Taste;
  /** What the TV can do; with `positions`, its epoch is counted by position (see `Capability`). */
  readonly capabilities?: readonly Capability[];
  /**
   * The server that this delta is for, as its receipts name its epoch: another one opens no device
   * epoch for it. Goes with `capabilities`; absent where the TV does not know it, and where its epoch
   * is open.
   */
  readonly serverEpoch?: string;
  /** The viewer without the title that `engagements` say was completed. */
  readonly viewerFactors?: ViewerFactors;
  /** What the TV holds of the server's list of titles. */
  readonly heldTitles?: HeldTitles;
  /** For each way to score: whether it had the completed title in its top list. */
  readonly hits?: readonly boolean[];
}

/** Orders the deltas of one device: a repeated one bears the same position. */
export interface DeltaPosition {
  /** 32 bits, drawn by the TV: with its store, and anew where a server lost what it had decided. */
  readonly deviceEpoch: number;
  /** 1, 2, 3 and so on within the epoch. */
  readonly seq: number;
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
 * @example
 * ```ts
 * import { isSyncError, validateSyncDelta } from '@omega-tv/types';
 *
 * try {
 *   validateSyncDelta({ deviceId: 'kitchen', patterns: [], version: 1, timestamp: 'yesterday' });
 * } catch (error) {
 *   if (!isSyncError(error, 'serialization')) throw error;
 *   console.log(error.details.path); // => timestamp
 * }
 * ```
 */
export function validateSyncDelta(delta: SyncDelta): void {
  checkBuilt(SyncDeltaSchema, delta, 'delta');
}
