import { createEmbeddingCodec, type EmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import type { ClientFormat } from '../client-format.js';
import { createV2Format, type V2FormatOptions } from '../v2/v2-format.js';
import { createV1Format, type V1FormatOptions } from '../v1/v1-format.js';
import type { WireFormat } from '../v1/wire-format.js';
import { nativeZstd } from './native-zstd.js';

/**
 * The v1 wire format on native zstd.
 * @throws SyncError `invalid-config` for a `minCosine` outside 0 to 1.
 * @example
 * ```ts
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 *
 * const format = createNodeV1Format();
 * const timestamp = '2026-11-22T10:00:00Z';
 * const delta = { deviceId: 'kitchen', patterns: [], version: 1, timestamp };
 * const { bytes } = await format.encodeDelta(delta);
 * console.log((await format.decodeDelta(bytes)).deviceId); // => kitchen
 * ```
 */
export function createNodeV1Format(options: Omit<V1FormatOptions, 'zstd'> = {}): WireFormat {
  return createV1Format({ ...options, zstd: nativeZstd });
}

/**
 * The codec of all-MiniLM-L6-v2, on the codebook that `@omega-tv/embedding-codec` brings.
 * @example
 * ```ts
 * import { createMiniLmCodec } from '@omega-tv/compression/node';
 *
 * console.log(createMiniLmCodec().codebook.space.dimension); // => 384
 * ```
 */
export function createMiniLmCodec(): EmbeddingCodec {
  return createEmbeddingCodec(readMiniLmCodebook());
}

/**
 * The v2 wire format for embeddings of all-MiniLM-L6-v2.
 * @example
 * ```ts
 * import { createNodeV2Format } from '@omega-tv/compression/node';
 *
 * const format = createNodeV2Format();
 * console.log(format.mediaType); // => application/vnd.omega-tv.frame;version=2
 * ```
 */
export function createNodeV2Format(options: Partial<V2FormatOptions> = {}): ClientFormat {
  const { codecs = [createMiniLmCodec()] } = options;
  return createV2Format({ ...options, codecs });
}
