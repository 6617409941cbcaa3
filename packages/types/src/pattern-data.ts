import { Type, type Static } from 'typebox';
import {
  FLOAT32_OVERFLOW,
  MAX_INTEGER,
  PUBLISHED_ID_PREFIX,
  QUALITY_THRESHOLD,
  V1_EMBEDDING_DIMENSION,
} from './limits.js';
import { NameSchema } from './name.js';
import { checkBuilt } from './validation.js';

/** One pattern on the v1 wire. */
export const PatternDataSchema = Type.Object({
  id: NameSchema,
  embedding: Type.Array(
    Type.Number({ exclusiveMinimum: -FLOAT32_OVERFLOW, exclusiveMaximum: FLOAT32_OVERFLOW }),
    {
      minItems: V1_EMBEDDING_DIMENSION,
      maxItems: V1_EMBEDDING_DIMENSION,
    },
  ),
  success_rate: Type.Number({ minimum: 0, maximum: 1 }),
  sample_count: Type.Integer({ minimum: 1 }),
  genre: NameSchema,
});

export type PatternDataWire = Static<typeof PatternDataSchema>;

/** What a TV learned about one kind of content its viewers watch. */
export interface PatternData {
  /** Unique on its device. */
  readonly id: string;
  /** Where the pattern lies in the space of texts; 384 coordinates, about unit length. */
  readonly embedding: Float32Array;
  /** Share of samples that were watched to the end, 0 to 1. */
  readonly successRate: number;
  /** Samples seen since the pattern began, at least 1. */
  readonly sampleCount: number;
  readonly genre: string;
}

/** Reads a pattern that has the schema's form already. */
export function patternDataFromWire(wire: PatternDataWire): PatternData {
  return {
    id: wire.id,
    embedding: Float32Array.from(wire.embedding),
    successRate: wire.success_rate,
    sampleCount: Math.min(wire.sample_count, MAX_INTEGER),
    genre: wire.genre,
  };
}

export function patternDataToWire(pattern: PatternData): PatternDataWire {
  return {
    id: pattern.id,
    embedding: Array.from(pattern.embedding),
    success_rate: pattern.successRate,
    sample_count: pattern.sampleCount,
    genre: pattern.genre,
  };
}

/**
 * Checks one pattern.
 * @throws SyncError `invalid-pattern` with the field, its value and the limit.
 * @example
 * ```ts
 * import { isSyncError, validatePatternData } from '@omega-tv/types';
 *
 * const embedding = new Float32Array(384).fill(0.05); // yours: MiniLM
 * try {
 *   validatePatternData({ id: 'a', embedding, successRate: 2, sampleCount: 12, genre: 'drama' });
 * } catch (error) {
 *   if (!isSyncError(error, 'invalid-pattern')) throw error;
 *   console.log(error.message); // => pattern: successRate must be <= 1, but is 2
 * }
 * ```
 */
export function validatePatternData(pattern: PatternData): void {
  checkBuilt(PatternDataSchema, pattern, 'pattern', 'invalid-pattern');
}

/**
 * True when the pattern is good enough to leave the TV (>= 0.7 and >= 10 samples).
 * @example
 * ```ts
 * import { meetsSyncThreshold } from '@omega-tv/types';
 *
 * console.log(meetsSyncThreshold({ successRate: 0.7, sampleCount: 10 })); // => true
 * console.log(meetsSyncThreshold({ successRate: 0.9, sampleCount: 9 })); // => false
 * ```
 */
export function meetsSyncThreshold(
  pattern: Pick<PatternData, 'successRate' | 'sampleCount'>,
): boolean {
  return (
    pattern.successRate >= QUALITY_THRESHOLD.minSuccessRate &&
    pattern.sampleCount >= QUALITY_THRESHOLD.minSampleCount
  );
}

/**
 * True when a Constellation published the pattern of this id.
 * @example
 * ```ts
 * import { isPublishedId } from '@omega-tv/types';
 *
 * console.log(isPublishedId('global:drama-1'), isPublishedId('evening')); // => true false
 * ```
 */
export function isPublishedId(id: string): boolean {
  return id.startsWith(PUBLISHED_ID_PREFIX);
}
