import {
  checkMethods,
  checkPorts,
  globalPatternsFromWire,
  silentLogger,
  syncDeltaFromWire,
  SyncError,
  systemClock,
  type Clock,
  type Logger,
} from '@omega-tv/types';
import { readJsonBody } from './body-reader.js';
import { createBodyWriter } from './body-writer.js';
import { encodeDelta, fitDelta, splitDelta } from './delta-encoder.js';
import { encodeGlobalPatterns } from './global-patterns-encoder.js';
import { REQUEST_LIMITS, RESPONSE_LIMITS } from './limits.js';
import type { WireFormat } from './wire-format.js';
import { createLoggedCodec, type ZstdCodec } from './zstd-codec.js';

const DEFAULT_MIN_COSINE = 0.99;

export interface V1FormatOptions {
  readonly zstd: ZstdCodec;
  /** Gets sizes, ratio and time of each compression at debug. Default: silent. */
  readonly logger?: Logger;
  /** Times the compressions for the logger. Default: the machine's. */
  readonly clock?: Clock;
  /**
   * Fidelity floor: the least cosine, 0 to 1, that every embedding sent keeps to its exact one.
   * 1 sends exact embeddings only. Default: 0.99.
   */
  readonly minCosine?: number;
}

/**
 * The v1 wire format: JSON in one zstd frame (RFC 8259, RFC 8878).
 * @throws SyncError `invalid-config` for a `minCosine` outside 0 to 1, or a zstd that is none.
 * @example
 * ```ts
 * import { createV1Format } from '@omega-tv/compression';
 * import { nativeZstd } from '@omega-tv/compression/node';
 *
 * const format = createV1Format({ zstd: nativeZstd, minCosine: 0.999 });
 * console.log(format.protocolVersion, format.maxRequestBytes); // => 1 2048
 * ```
 */
export function createV1Format(options: V1FormatOptions): WireFormat {
  const { logger = silentLogger, clock = systemClock, minCosine = DEFAULT_MIN_COSINE } = options;
  checkPorts(options);
  checkMethods('zstd', options.zstd, ['compress', 'decompress']);
  if (!(minCosine >= 0 && minCosine <= 1)) {
    const message = `minCosine: is ${minCosine}, but must be within 0 to 1`;
    throw new SyncError('invalid-config', message, { field: 'minCosine' });
  }
  const zstd = createLoggedCodec(options.zstd, logger, clock);
  const requestWriter = createBodyWriter(zstd, REQUEST_LIMITS, minCosine);
  const responseWriter = createBodyWriter(zstd, RESPONSE_LIMITS, minCosine);
  const decodeGlobalPatterns: WireFormat['decodeGlobalPatterns'] = async (bytes) =>
    globalPatternsFromWire(await readJsonBody(bytes, RESPONSE_LIMITS, zstd));
  return {
    protocolVersion: 1,
    mediaType: 'application/octet-stream',
    accept: 'application/octet-stream',
    maxRequestBytes: REQUEST_LIMITS.wireBytes,
    maxResponseBytes: RESPONSE_LIMITS.wireBytes,
    encodeDelta: (delta) => encodeDelta(delta, requestWriter),
    splitDelta: (delta) => splitDelta(delta, requestWriter),
    fitDelta: (delta) => fitDelta(delta, requestWriter),
    decodeDelta: async (bytes, maxPatterns = Infinity) => {
      const json = await readJsonBody(bytes, REQUEST_LIMITS, zstd);
      checkPatternCount(json, maxPatterns);
      return syncDeltaFromWire(json);
    },
    encodeGlobalPatterns: (globals) => encodeGlobalPatterns(globals, responseWriter),
    decodeGlobalPatterns,
    decodeAnswer: async (bytes) => ({ globals: await decodeGlobalPatterns(bytes) }),
  };
}

/** Two kilobytes may hold hundreds, and to check each takes longer than they are worth. */
function checkPatternCount(json: unknown, maxPatterns: number): void {
  const patterns: unknown = Reflect.get(Object(json) as object, 'patterns');
  if (!Array.isArray(patterns) || patterns.length <= maxPatterns) return;
  const { length } = patterns;
  const message = `delta: has ${length} patterns, but ${maxPatterns} are allowed; send fewer`;
  const details = { path: `patterns[${maxPatterns}]`, value: length, limit: `${maxPatterns}` };
  throw new SyncError('invalid-pattern', message, details);
}
