import { isSyncError, type PatternData } from '@omega-tv/types';
import { checkBodySize } from './body-size.js';
import { coarsestRounding, roundingsFinestFirst, type RoundingFidelity } from './grid.js';
import type { BodyLimits } from './limits.js';
import type { ZstdCodec } from './zstd-codec.js';
import { inspectZstdFrame } from './zstd-frame.js';

interface Body {
  readonly bytes: Uint8Array;
  /** Bytes of the JSON before compression. */
  readonly rawBytes: number;
}

/** A body within its caps, and what rounding its embeddings cost. */
export interface FittedBody extends Body {
  readonly fidelity: RoundingFidelity;
}

/** Writes the JSON of a message that holds these patterns. */
export type JsonOfPatterns = (patterns: readonly PatternData[]) => string;

/** Writes the bodies of one direction, within its caps. */
export interface BodyWriter {
  /**
   * Writes the body with the finest embeddings that fits.
   * @throws SyncError `compression-limit` when it does not fit at the fidelity floor either.
   */
  write(patterns: readonly PatternData[], toJson: JsonOfPatterns): Promise<FittedBody>;
  /** True when the body fits with the coarsest embeddings that the fidelity floor allows. */
  fitsAtFloor(patterns: readonly PatternData[], toJson: JsonOfPatterns): Promise<boolean>;
}

export function createBodyWriter(
  zstd: ZstdCodec,
  limits: BodyLimits,
  minCosine: number,
): BodyWriter {
  const encoder = new TextEncoder();

  async function compress(json: string): Promise<Body> {
    const raw = encoder.encode(json);
    return { bytes: await zstd.compress(raw), rawBytes: raw.length };
  }

  return {
    async write(patterns, toJson) {
      let reason: unknown;
      for (const rounding of roundingsFinestFirst(patterns, minCosine)) {
        const body = await compress(toJson(rounding.patterns));
        reason = limitError(body, limits);
        if (reason === undefined) return { ...body, fidelity: rounding.fidelity };
      }
      throw reason;
    },
    async fitsAtFloor(patterns, toJson) {
      const body = await compress(toJson(coarsestRounding(patterns, minCosine).patterns));
      return limitError(body, limits) === undefined;
    },
  };
}

/** Holds a body to all that its reader will check; undefined where it passes. */
function limitError({ bytes, rawBytes }: Body, limits: BodyLimits): unknown {
  try {
    checkBodySize('body', bytes.length, limits.wireBytes);
    checkBodySize('JSON', rawBytes, limits.jsonBytes);
    inspectZstdFrame(bytes, limits.jsonBytes);
    return undefined;
  } catch (error) {
    if (isSyncError(error, 'compression-limit')) return error;
    throw error;
  }
}
