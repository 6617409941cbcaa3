import { isSyncError, type PatternData } from '@omega-tv/types';
import { largestFitting } from '../largest-fitting.js';
import { checkBodySize } from './body-size.js';
import {
  coarsestRounding,
  exact,
  roundingsCoarsestFirst,
  type Rounding,
  type RoundingFidelity,
} from './grid.js';
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
      let finest: FittedBody | undefined;
      let reason: unknown;
      const fits = async (rounding: Rounding): Promise<boolean> => {
        const body = await compress(toJson(rounding.patterns));
        const error = limitError(body, limits);
        if (error === undefined) finest = { ...body, fidelity: rounding.fidelity };
        else reason = error;
        return error === undefined;
      };
      const floatBytes = patterns.reduce((sum, { embedding }) => sum + embedding.byteLength, 0);
      const isExact = floatBytes <= limits.wireBytes && (await fits(exact(patterns)));
      if (!isExact) {
        const roundings = roundingsCoarsestFirst(patterns, minCosine);
        // A finer one takes more.
        await largestFitting(roundings.length, (count) =>
          fits(roundings[count - 1] ?? exact(patterns)),
        );
      }
      if (finest === undefined) throw reason;
      return finest;
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
